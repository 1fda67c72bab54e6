import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { areas } from './areas.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The tests of one area; fewer cases of the properties, for each mutant runs them anew. */
export default defineConfig({
  root,
  resolve: {
    alias: [
      { find: /^authenticated-client$/, replacement: `${root}src/index.ts` },
      { find: /^authenticated-client\/([a-z-]+)$/, replacement: `${root}src/$1.ts` },
    ],
  },
  test: {
    env: { PROVE_CASES: '1000' },
    include: [...(areas[process.env.MUTATION_AREA ?? '']?.tests ?? [])],
    testTimeout: 20_000,
  },
})
