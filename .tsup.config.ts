import { readdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type OutputOptions, rollup } from 'rollup'
import { defineConfig } from 'tsup'

export default defineConfig(({ outDir = 'dist' }) => ({
  entry: ['src/*.ts'],
  format: ['esm', 'cjs'],
  target: 'es2022',
  dts: true,
  splitting: true,
  clean: true,
  treeshake: true,
  removeNodeProtocol: false,
  onSuccess: () => gather(outDir),
}))

/**
 * esbuild splits what entries share into a file for each set of entries that share it: two dozen for `import 'authenticated-client'`
 * alone, and each file takes its time to be found and read. Here, all that the main entry reaches becomes one.
 */
async function gather(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /\.c?js$/.test(name))
  const entries = names.filter((name) => name.endsWith('.js') && !name.startsWith('chunk-'))
  const main = resolve(folder, 'index.js')
  const built = await rollup({
    input: entries.map((name) => join(folder, name)),
    external: (id) => !/^[./]/.test(id),
  })
  const output: OutputOptions = {
    dir: folder,
    hoistTransitiveImports: false,
    manualChunks: (id, { getModuleInfo }) => {
      const reached = new Set([main])
      for (const each of reached) for (const next of getModuleInfo(each)?.importedIds ?? []) reached.add(next)
      return id !== main && reached.has(id) ? 'core' : undefined
    },
  }
  for (const name of names) await rm(join(folder, name))
  await built.write({ ...output, format: 'es', chunkFileNames: '[name]-[hash].js' })
  await built.write({ ...output, format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: '[name]-[hash].cjs', exports: 'named' })
  await built.close()
}
