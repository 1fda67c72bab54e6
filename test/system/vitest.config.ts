import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('../..', import.meta.url))
// Known before the first page loads: a dependency that is found later reloads the page, with the test in it.
const optimizeDeps = { include: ['jwt-decode', 'dpop'] }
const resolve = {
  alias: [
    { find: /^authenticated-client$/, replacement: `${root}src/index.ts` },
    { find: /^authenticated-client\/([a-z-]+)$/, replacement: `${root}src/$1.ts` },
  ],
}

needs('curl', 'curl')
needs('openssl', 'openssl')
needs('apache2', 'apache2')
needs('lighttpd', 'lighttpd')
needs('redis-server', 'redis-server')
libraries('playground/recipes/works-with')
libraries('test/runtimes')
needs('Xvfb', 'xvfb')
needs('WebKitWebDriver', 'webkit2gtk-driver')
const firefox = needs('firefox-esr', 'firefox-esr')

/** What `npm ci` can't bring: an HTTP client and a browser engine that nobody here wrote. */
export default defineConfig({
  root,
  test: {
    // Crowds of processes and tabs: one after the other, or they would wait for each other's cores.
    fileParallelism: false,
    projects: [
      { resolve, test: { name: 'system', include: ['test/system/**/*.test.ts'], testTimeout: 60_000 } },
      // They need no package of the system, but minutes: twelve processes on one file, ten tabs of one Chromium.
      { resolve, test: { name: 'many', include: ['test/processes/*.test.ts', 'test/tabs/*.test.ts'], testTimeout: 60_000 } },
      {
        resolve,
        test: {
          name: 'works-with',
          include: ['playground/recipes/works-with/test/*.test.ts'],
          setupFiles: ['playground/recipes/works-with/test/web-socket-global.ts'],
          testTimeout: 20_000,
        },
      },
      {
        resolve,
        optimizeDeps,
        test: {
          name: 'firefox',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: 'test/browser/server.ts',
          testTimeout: 20_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            // Debian's own build has no Playwright patches: it is driven by WebDriver BiDi.
            provider: playwright({ launchOptions: { channel: 'moz-firefox', executablePath: firefox } }),
            instances: [{ browser: 'firefox' }],
          },
        },
      },
    ],
  },
})

/** A missing package fails, in one sentence: a test that skips itself is a test that nobody runs. */
function needs(program: string, debianPackage: string): string {
  const found = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, program))
  const path = found.find(isExecutable)
  if (path !== undefined) return path
  console.error(`npm run test:system needs ${program}: install it with "apt-get install ${debianPackage}".`)
  process.exit(1)
}

/** Folders with dependencies of their own. */
function libraries(folder: string): void {
  if (existsSync(join(root, folder, 'node_modules'))) return
  console.error(`npm run test:system needs the libraries of ${folder}: install them with "npm ci --prefix ${folder}".`)
  process.exit(1)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
