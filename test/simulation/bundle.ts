import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'

/** A change to one file of `src/`, made while bundling and nowhere else. */
export interface Patch {
  /** Within `src/`. */
  readonly file: string
  /** Occurs exactly once, or the bundle fails. */
  readonly find: string | RegExp
  readonly replace: string
}

const here = fileURLToPath(new URL('.', import.meta.url))
const root = fileURLToPath(new URL('../..', import.meta.url))

/** Bundles the simulation with the product, planted faults in it or none, and returns the path of the module. */
export async function bundle(name: string, patches: readonly Patch[] = []): Promise<string> {
  const outfile = join(mkdtempSync(join(scratch(), 'bundle-')), `${name}.mjs`) // Of one path a module is imported once.
  const applied = new Set<Patch>()
  const plant: Plugin = {
    name: 'plant',
    setup({ onLoad }) {
      onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path }) => {
        let contents = await readFile(path, 'utf8')
        for (const patch of patches) {
          if (path !== join(root, 'src', patch.file)) continue
          contents = planted(contents, patch, name)
          applied.add(patch)
        }
        return { contents, loader: 'ts' }
      })
    },
  }
  await build({
    entryPoints: [join(here, 'worker.ts')],
    absWorkingDir: root, // It names the files in the bundle, whose hash names the code.
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    tsconfig: join(root, 'tsconfig.json'),
    alias: { dpop: join(here, 'proofs.ts') },
    plugins: [plant],
    logLevel: 'silent',
  })
  for (const patch of patches) if (!applied.has(patch)) throw new Error(`${name}: src/${patch.file} is no longer part of the bundle`)
  return outfile
}

/** @throws {Error} where the text to replace is gone, or is there more than once: the patch must be anchored anew. */
export function planted(contents: string, { file, find, replace }: Patch, name: string): string {
  const parts = contents.split(find)
  if (typeof find === 'string' ? parts.length !== 2 : (contents.match(new RegExp(find, `${find.flags}g`)) ?? []).length !== 1)
    throw new Error(`${name}: src/${file} holds not exactly one ${find}: anchor the mutant anew in test/simulation/mutants/`)
  return contents.replace(find, () => replace)
}

let folder: string | undefined

/** Where this process keeps its bundles, as long as it runs. */
function scratch(): string {
  if (folder) return folder
  const made = mkdtempSync(join(tmpdir(), 'simulation-'))
  process.once('exit', () => rmSync(made, { recursive: true, force: true }))
  folder = made
  return made
}
