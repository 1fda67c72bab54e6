import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Measure } from '../measure.ts'

const kibibyte = 1_024

/** What a long life leaves on the heap: a hundredth of the calls is refused. Over real sockets it is measured by `npm run prove -- --only soak`. */
export const heap: Measure = {
  name: 'heap',
  async run({ bareFetch, theInterceptor, ours, isQuick, progress }) {
    const calls = isQuick ? 100_000 : 1_000_000
    const growth = new Map<string, number>()
    for (const { name } of [bareFetch, theInterceptor, ours]) {
      progress(`heap: ${name}`)
      growth.set(name, await live(name, calls))
    }
    const of = (name: string): string => `${(growth.get(name)! / kibibyte).toFixed(0)} KiB`
    const what = `growth of the heap over ${calls} calls, beside bare fetch's`
    const beside = (name: string): string => `${((growth.get(name)! - growth.get(bareFetch.name)!) / kibibyte).toFixed(0)} KiB`
    return {
      tables: [[[`the heap, from ${calls / 10} to ${calls} calls`, 'grows by'], ...[...growth.keys()].map((name) => [name, of(name)])]],
      rows: [{ what, goal: 'flat', ours: beside(ours.name), theInterceptor: beside(theInterceptor.name), peers: '' }],
      // In KiB. A leak of two bytes a call would be more.
      verdicts: [
        { what, measured: (growth.get(ours.name)! - growth.get(bareFetch.name)!) / kibibyte, is: 'at most', goal: 1_024, gate: 2_048 },
      ],
    }
  },
}

async function live(who: string, calls: number): Promise<number> {
  const child = fork(fileURLToPath(new URL('../life.ts', import.meta.url)), [who, String(calls)], {
    execArgv: ['--import', import.meta.resolve('tsx')],
  })
  let growth: number | undefined
  child.on('message', (message) => {
    growth = Number(message)
  })
  const [code] = (await once(child, 'exit')) as [number]
  if (code !== 0 || growth === undefined) throw new Error(`A life ended with ${code}`)
  return growth
}
