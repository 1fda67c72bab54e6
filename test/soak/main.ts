import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startServer } from './server.ts'

// npm run prove -- --only soak, or: tsx test/soak/main.ts [--calls 1000000] [--refreshes 10000] [--rounds 5]
// What a long life leaves on the heap, beside bare fetch's, over real sockets; each life is a process of its own.
const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '1000000' },
    refreshes: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '5' },
  },
})
const calls = Number(values.calls)
const refreshes = Number(values.refreshes)
const life = fileURLToPath(new URL('life.ts', import.meta.url))
const tsx = fileURLToPath(import.meta.resolve('tsx'))

/** What one life tells at its end, in bytes: the heap after garbage collection, a tenth of the way and at the end. */
interface Growth {
  readonly early: number
  readonly late: number
  readonly refreshes: number
  readonly seconds: number
}

const growths: Record<'bare' | 'ours', number[]> = { bare: [], ours: [] }
for (let round = 1; round <= Number(values.rounds); round++) {
  for (const who of ['bare', 'ours'] as const) {
    const { early, late, seconds, refreshes: spent } = await live(who)
    growths[who].push(late - early)
    console.log(
      `round ${round}, ${who}: ${calls} calls, ${spent} refreshes, ${seconds} s, ${mebibytes(early)} then ${mebibytes(late)} MiB (${mebibytes(late - early)})`,
    )
  }
}

const [bare, ours] = [median(growths.bare), median(growths.ours)]
console.log(
  `median growth of the heap from ${calls / 10} to ${calls} calls: bare fetch ${mebibytes(bare)} MiB, ours ${mebibytes(ours)} MiB`,
)
// A leak of ten bytes a call would be more than this.
if (ours - bare > Math.max(1_048_576, calls * 2)) throw new Error('the heap has grown')

async function live(who: string): Promise<Growth> {
  const server = await startServer(Math.floor(calls / refreshes))
  const child = spawn(process.execPath, ['--expose-gc', '--import', tsx, life, who, server.origin, String(calls)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  let growth: Omit<Growth, 'refreshes'> | undefined
  child.on('message', (message) => {
    growth = message as Growth
  })
  const [code] = (await once(child, 'exit')) as [number]
  server.stop()
  if (code !== 0 || !growth) throw new Error(`a life ended with ${code}`)
  return { ...growth, refreshes: server.refreshes }
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0
}

function mebibytes(bytes: number): string {
  return (bytes / 1_048_576).toFixed(2)
}
