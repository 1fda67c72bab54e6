import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

// npm run prove [-- --cases 5000000]: the property tests, for as long as you like. Each reads the number of its cases from PROVE_CASES.
const folder = fileURLToPath(new URL('.', import.meta.url))
const root = fileURLToPath(new URL('..', import.meta.url))
const [flag, given] = process.argv.slice(2)
const cases = flag === '--cases' ? Number(given) : Number(process.env.PROVE_CASES ?? 1_000_000)
if (!Number.isSafeInteger(cases) || cases < 1) stop('--cases takes a whole number')

const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.test.ts') && readFileSync(join(folder, path), 'utf8').includes('PROVE_CASES'))
  .map((path) => join('test', path))
if (!files.length) stop('No test reads PROVE_CASES')

console.log(`${cases.toLocaleString('en')} cases for each property in:\n${files.map((file) => `  ${file}`).join('\n')}`)
const started = Date.now()
const heartbeat = setInterval(() => console.log(`… ${Math.round((Date.now() - started) / 1000)} s`), 30_000)
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
const settings = [
  '--config',
  'test/vitest.config.ts',
  '--project',
  'node',
  '--project',
  'tabs',
  '--reporter',
  'verbose',
  '--testTimeout',
  '0',
  '--hookTimeout',
  '0',
]
const run = spawn(process.execPath, [vitest, 'run', ...settings, ...files], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PROVE_CASES: String(cases) },
})
run.on('exit', (code) => {
  clearInterval(heartbeat)
  console.log(`${code === 0 ? 'All held' : 'FAILED'} after ${Math.round((Date.now() - started) / 1000)} s`)
  process.exitCode = code ?? 1
})

function stop(message: string): never {
  console.error(message)
  process.exit(1)
}
