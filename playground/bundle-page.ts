import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** The page's scripts by their path, with the library in them: from its source, so that the page is never older than it. */
export async function bundlePage(): Promise<ReadonlyMap<string, string>> {
  const folder = fileURLToPath(new URL('page/', import.meta.url))
  const { outputFiles } = await build({
    entryPoints: ['main', 'tab', 'story'].map((name) => `${folder}${name}.ts`),
    outdir: folder,
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    tsconfig: fileURLToPath(new URL('../tsconfig.json', import.meta.url)),
    logLevel: 'silent',
  })
  return new Map(outputFiles.map(({ path, text }) => [`/${path.split(/[\\/]/).at(-1)}`, text]))
}
