import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('..', import.meta.url))
const alias = { 'authenticated-client': `${root}src/index.ts` }

export default defineConfig({
  root,
  test: {
    projects: [
      {
        resolve: { alias },
        test: { name: 'node', include: ['test/**/*.test.ts'], exclude: ['test/browser/**', 'test/system/**'], testTimeout: 20_000 },
      },
    ],
  },
})
