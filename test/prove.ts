import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

// npm run prove [-- --cases 5000000] [-- --only properties|crowds|worlds|soak|explore]: what CI does a bounded part of, for as long as you like.
const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '1000000' },
    only: { type: 'string' },
    seed: { type: 'string', default: '1' },
    states: { type: 'string', default: '90000000' },
  },
})
const root = fileURLToPath(new URL('..', import.meta.url))
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
const patience = ['--reporter', 'verbose', '--testTimeout', '0', '--hookTimeout', '0']

/** Each part is one program; its environment says how much. */
const parts: Readonly<Record<string, () => readonly [args: readonly string[], env: Record<string, string>]>> = {
  /** The property tests: as many cases each. */
  properties: () => [
    [vitest, 'run', '--config', 'test/vitest.config.ts', '--project', 'node', ...patience, ...propertyTests()],
    { PROVE_CASES: values.cases },
  ],
  /** Twelve processes on one file for a thousand rounds, and on one Redis; ten tabs of one Chromium for two hundred, of one Firefox for fifty. */
  crowds: () => [
    [
      vitest,
      'run',
      '--config',
      'test/system/vitest.config.ts',
      '--project',
      'many',
      '--project',
      'system',
      ...patience,
      'test/processes',
      'test/tabs',
      'test/system/redis',
    ],
    { ROUNDS: '1000', TAB_ROUNDS: '204', FIREFOX_ROUNDS: '50' },
  ],
  /** A million calls with ten thousand refreshes, five times, beside bare fetch: what stays on the heap. */
  soak: () => [[join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs'), 'test/soak/main.ts', '--calls', values.cases], {}],
  /** A million worlds of the simulation; the ledger of seeds gets a line. */
  worlds: () => [
    [
      join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs'),
      'test/simulation/main.ts',
      '--ledger',
      '--seeds',
      values.cases,
      '--seed',
      values.seed,
    ],
    {},
  ],
  /** Two tabs with two calls each and one fault, in every order: no bound but the memory's. */
  explore: () => [
    [join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs'), 'test/simulation/main.ts', '--explore', '--most', values.states],
    {},
  ],
}

for (const [name, part] of Object.entries(parts)) {
  if (values.only && values.only !== name) continue
  const began = Date.now()
  console.log(`=== ${name}`)
  const [args, env] = part()
  const code = await run(args, env)
  console.log(`=== ${name}: ${code === 0 ? 'all held' : 'FAILED'} after ${Math.round((Date.now() - began) / 1000)} s`)
  if (code !== 0) process.exitCode = 1
}

function run(args: readonly string[], env: Record<string, string>): Promise<number | null> {
  const began = Date.now()
  const heartbeat = setInterval(() => console.log(`… ${Math.round((Date.now() - began) / 1000)} s`), 30_000)
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } })
  return new Promise((resolve) =>
    child.on('exit', (code) => {
      clearInterval(heartbeat)
      resolve(code)
    }),
  )
}

/** Those that ask how many cases they should try. */
function propertyTests(): readonly string[] {
  return ['test/challenge', 'test/chaos'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.test.ts') && /PROVE_CASES|from '\.\/choices'/.test(readFileSync(join(root, folder, name), 'utf8')))
      .map((name) => join(folder, name)),
  )
}
