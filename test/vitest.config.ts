import { fileURLToPath } from 'node:url'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig, type TestProjectConfiguration } from 'vitest/config'
import { findChromium } from './browser/chromium.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
// Known before the first page loads: a dependency that is found later reloads the page, with the test in it.
const optimizeDeps = { include: ['jwt-decode', 'dpop'] }
const resolve = {
  alias: [
    { find: /^authenticated-client$/, replacement: `${root}src/index.ts` },
    { find: /^authenticated-client\/([a-z-]+)$/, replacement: `${root}src/$1.ts` },
  ],
}

// In Node every test gets a client that is watched: no secret may show (test/leaks).
const watched = { find: /^authenticated-client$/, replacement: `${root}test/leaks/authenticated-client.ts` }

const node: TestProjectConfiguration = {
  resolve: { alias: [watched, ...resolve.alias] },
  test: {
    name: 'node',
    setupFiles: 'test/leaks/setup.ts',
    include: ['test/**/*.test.ts', 'playground/recipes/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/browser/**', 'test/system/**', 'test/tabs/**', 'test/processes/**'],
    testTimeout: 20_000,
  },
}

// Both cores of a small machine: the default leaves one of them idle.
export default defineConfig({ root, test: { maxWorkers: '100%', projects: [node, ...(await browser())] } })

async function browser(): Promise<readonly TestProjectConfiguration[]> {
  const launchOptions = await findChromium()
  if (!launchOptions && !process.env.CI) {
    console.warn('The browser tests were not run: neither @sparticuz/chromium (Linux x64 only) nor an installed Chrome starts here.')
    return []
  }
  return [
    {
      resolve,
      optimizeDeps,
      test: {
        name: 'browser',
        include: ['test/browser/**/*.test.ts'],
        globalSetup: launchOptions ? 'test/browser/server.ts' : 'test/browser/missing.ts',
        testTimeout: 20_000,
        browser: {
          enabled: true,
          headless: true,
          screenshotFailures: false,
          provider: playwright(launchOptions ? { launchOptions } : {}),
          instances: [{ browser: 'chromium' }],
        },
      },
    },
  ]
}
