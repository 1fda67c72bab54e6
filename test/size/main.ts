import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Limit, limits } from './limits.ts'

// npm run size: every entry minified, with gzip and with brotli, beside its limits. Bundled and compressed by size-limit, which knows one
// compression for an entry: each is asked for twice.
const root = fileURLToPath(new URL('../../', import.meta.url))
const compressions = ['gzip', 'brotli'] as const

const weighed = await weigh(limits.flatMap((limit) => compressions.map((compression) => checkOf(limit, compression))))
const width = Math.max(...limits.map((limit) => nameOf(limit).length))
let isTooHeavy = false

console.log(`${'minified, kB'.padEnd(width)}   gzip  limit   brotli  limit`)
for (const [index, limit] of limits.entries()) {
  const cells = compressions.map((compression, turn) => {
    const size = weighed[index * compressions.length + turn]! / 1_000
    const isOver = size > limit[compression]
    isTooHeavy ||= isOver
    return `${size.toFixed(2).padStart(6)} ${limit[compression].toFixed(2).padStart(6)}${isOver ? '!' : ' '}`
  })
  console.log(`${nameOf(limit).padEnd(width)} ${cells.join('  ')}`)
}
if (isTooHeavy) throw new Error('An entry is heavier than its limit (!): make it lighter, or say in test/size/limits.ts what it may weigh')

function nameOf({ entry, import: name = '' }: Limit): string {
  return name === '*' ? 'the whole main entry' : name ? `import ${name}` : entry.slice(1)
}

function checkOf(limit: Limit, compression: 'gzip' | 'brotli'): Record<string, unknown> {
  const { entry, import: name, ignore } = limit
  const path = `../dist/${entry === '.' ? 'index' : entry.slice(2)}.js`
  return {
    name: `${nameOf(limit)}, ${compression}`,
    path,
    [compression]: true,
    ...(name && { import: name }),
    ...(ignore && { ignore }),
  }
}

/** The bytes of each check, in their order. */
async function weigh(checks: readonly Record<string, unknown>[]): Promise<readonly number[]> {
  await mkdir(`${root}.cache`, { recursive: true })
  await writeFile(`${root}.cache/size-limit.json`, JSON.stringify(checks))
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [`${root}node_modules/size-limit/bin.js`, '--json', '--config', '.cache/size-limit.json'],
    { cwd: root },
  )
  return (JSON.parse(stdout) as { size: number }[]).map(({ size }) => size)
}
