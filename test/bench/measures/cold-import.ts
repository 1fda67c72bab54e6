import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { transform } from 'esbuild'
import type { Measure } from '../measure.ts'
import { interleave, type Times } from '../rounds.ts'
import { inWords, ratio, spreadOf } from '../spread.ts'

const run = promisify(execFile)
const root = new URL('../../../', import.meta.url)

/** What each imports first; an app on two packages imports both. */
const packages: Readonly<Record<string, readonly string[]>> = {
  'axios-auth-refresh': ['axios', 'axios-auth-refresh'],
  ky: ['ky'],
  wretch: ['wretch', 'wretch/addons/formUrl'],
  ofetch: ['ofetch'],
  'fetch-extras': ['fetch-extras'],
  '@badgateway/oauth2-client': ['@badgateway/oauth2-client'],
  oauth4webapi: ['oauth4webapi'],
  '@modelcontextprotocol/sdk': ['@modelcontextprotocol/sdk/client/middleware.js'],
  'google-auth-library': ['google-auth-library'],
  '@azure/core-rest-pipeline': ['@azure/core-rest-pipeline'],
}

/** The time that `import` takes in a new process; what Node needs for itself to start is not in it. */
export const coldImport: Measure = {
  name: 'cold-import',
  async run({ ours, theInterceptor, peers, isQuick, progress }) {
    const folder = await mkdtemp(join(tmpdir(), 'authenticated-client-bench-'))
    const interceptor = join(folder, 'interceptor.mjs')
    const source = await readFile(new URL('../contestants/interceptor.ts', import.meta.url), 'utf8')
    await writeFile(interceptor, (await transform(source, { loader: 'ts', format: 'esm', target: 'es2022' })).code)

    const imports: Readonly<Record<string, readonly string[]>> = {
      [theInterceptor.name]: [pathToFileURL(interceptor).href],
      [ours.name]: [new URL('dist/index.js', root).href],
      ...Object.fromEntries(peers.map(({ name }) => [name, packages[name] ?? [name]])),
    }
    const taken: Record<string, number[]> = Object.fromEntries(Object.keys(imports).map((name) => [name, []]))
    const runners = Object.entries(imports).map(([name, modules]) => ({ name, run: async () => taken[name]!.push(await cold(modules)) }))
    await interleave(runners, isQuick ? 15 : 25, 1, (done) => progress(`cold import: ${Math.round(done * 100)} %`), 1)
    await rm(folder, { recursive: true })

    const times: Times = taken
    const by = (name: string) => ratio(times, name, theInterceptor.name)
    const what = "cold import, by the interceptor's"
    return {
      tables: [
        [
          ['cold import', 'ms', '÷ the interceptor'],
          ...Object.keys(imports).map((name) => [name, spreadOf(times[name]!).median.toFixed(1), inWords(by(name))]),
        ],
      ],
      rows: [
        {
          what,
          goal: '≤ 3',
          ours: inWords(by(ours.name)),
          theInterceptor: '1',
          peers: peers.map(({ name }) => `${name} ${by(name).median.toFixed(0)}`).join(', '),
        },
      ],
      verdicts: [{ what, measured: by(ours.name).median, is: 'at most', goal: 3, gate: 6 }],
    }
  },
}

/** In milliseconds. */
async function cold(modules: readonly string[]): Promise<number> {
  const program = `const began = performance.now(); ${modules.map((each) => `await import('${each}');`).join(' ')} console.log(performance.now() - began)`
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program], {
    cwd: fileURLToPath(new URL('test/peers', root)),
  })
  return Number(stdout)
}
