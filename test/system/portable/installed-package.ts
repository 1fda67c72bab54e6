import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, build } from 'esbuild'
import { build as buildPackage } from 'tsup'

export const root = fileURLToPath(new URL('../../..', import.meta.url))
export const runtimes = join(root, 'test/runtimes/node_modules')

export interface Installed {
  /** An app's folder: `node_modules` holds the built package and what it depends on. */
  readonly folder: string
  /** Writes `text` as a file of the app, bundled but for the package itself. */
  bundle(name: string, text: string, options?: BuildOptions): Promise<string>
  remove(): Promise<void>
}

/** The package as its users have it: built, with its `exports`, in a folder of its own. */
export async function installPackage({ types = false } = {}): Promise<Installed> {
  const folder = await mkdtemp(join(tmpdir(), 'authenticated-client-'))
  const home = join(folder, 'node_modules/authenticated-client')
  await mkdir(home, { recursive: true })
  await buildPackage({ config: join(root, '.tsup.config.ts'), outDir: join(home, 'dist'), dts: types, silent: true, clean: false })
  await cp(join(root, 'package.json'), join(home, 'package.json'))
  for (const name of ['jwt-decode', '@opentelemetry/api'])
    await cp(join(root, 'node_modules', name), join(folder, 'node_modules', name), { recursive: true })
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: { 'authenticated-client': '*' } }))
  return {
    folder,
    async bundle(name, text, options = {}) {
      const outfile = join(folder, name)
      await build({
        stdin: { contents: text, resolveDir: join(root, 'test/portable'), loader: 'ts' },
        bundle: true,
        outfile,
        logLevel: 'error',
        external: ['authenticated-client'],
        ...options,
      })
      return outfile
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** A program that runs the behaviours against the server that its first argument names, and prints what came of it. */
export const program = `
  import { runBehaviours } from './behaviours'
  const [origin] = process.argv.slice(2)
  runBehaviours({ origin, otherOrigin: origin.replace('127.0.0.1', 'localhost') }).then((outcome) => {
    console.log(JSON.stringify(outcome))
    process.exit()
  })
`

/** The same for a page or worker: it posts what came of it. */
export const pageProgram = `
  import { runBehaviours } from './behaviours'
  const query = new URLSearchParams(globalThis.location.search)
  const origin = query.get('origin')
  runBehaviours({ origin, otherOrigin: origin.replace('127.0.0.1', 'localhost') }).then((outcome) =>
    fetch(origin + '/results/' + query.get('name'), { method: 'POST', body: JSON.stringify(outcome) }),
  )
`
