import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Browser, type BrowserType, chromium, firefox, type LaunchOptions } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findChromium } from '../../browser/chromium'
import { behaviours, type Outcome } from '../../portable/behaviours'
import { type PortableServer, startServer } from '../../portable/server'
import { type Installed, installPackage, pageProgram, root } from './installed-package'
import { openInWebKit } from './webkit'

/** Where a script of a page can live. Each has a `fetch`, and globals, of its own. */
const realms: Readonly<Record<string, (script: string) => string>> = {
  'a page': (script) => `<script type="module" src="${script}"></script>`,
  'a dedicated worker': (script) => `<script>new Worker('${script}' + location.search)</script>`,
  'a shared worker': (script) => `<script>new SharedWorker('${script}' + location.search)</script>`,
  'a service worker': (script) => `<script>navigator.serviceWorker.register('${script}' + location.search)</script>`,
}

describe('the built package in a browser', () => {
  let installed: Installed
  let server: PortableServer
  const browsers: Browser[] = []

  beforeAll(async () => {
    installed = await installPackage()
    server = await startServer()
    const file = await installed.bundle('page.js', pageProgram, {
      format: 'iife',
      external: [],
      nodePaths: [join(installed.folder, 'node_modules')],
    })
    server.serve('/suite.js', 'text/javascript', await readFile(file, 'utf8'))
    for (const [name, page] of Object.entries(realms)) server.serve(`/${slug(name)}`, 'text/html', page('/suite.js'))
    await serveWithoutBundler(installed, server)
  }, 60_000)

  afterAll(async () => {
    await Promise.all(browsers.map((browser) => browser.close()))
    await server.close()
    await installed.remove()
  })

  const launch = async (type: BrowserType, options: LaunchOptions): Promise<Browser> => {
    const browser = await type.launch(options)
    browsers.push(browser)
    return browser
  }
  // The page is at localhost, the API at 127.0.0.1: another origin, so that CORS counts.
  const urlOf = (realm: string, name: string): string =>
    `${server.origin.replace('127.0.0.1', 'localhost')}/${slug(realm)}?${new URLSearchParams({ origin: server.origin, name })}`

  describe.each([
    ['Chromium', async () => launch(chromium, (await findChromium()) ?? {})],
    ['Firefox', async () => launch(firefox, { channel: 'moz-firefox', executablePath: '/usr/bin/firefox-esr' } as LaunchOptions)],
  ] as const)('%s', (engine, start) => {
    let browser: Browser
    beforeAll(async () => {
      browser = await start()
    }, 60_000)

    it.each([...Object.keys(realms), 'a page without a bundler'])('behaves in %s', async (realm) => {
      const page = await browser.newPage()
      const name = slug(`${engine} ${realm}`)

      await page.goto(urlOf(realm, name))
      expectAll(await server.result(name))

      await page.close()
    })
  })

  describe('WebKitGTK', () => {
    it.each(['a page', 'a dedicated worker', 'a page without a bundler'])('behaves in %s', async (realm) => {
      const name = slug(`webkit ${realm}`)
      const close = await openInWebKit(urlOf(realm, name))

      expectAll(await server.result(name).finally(close))
    })
  })
})

/** The ES modules as they are published, found by an import map. */
async function serveWithoutBundler({ folder, bundle }: Installed, server: PortableServer): Promise<void> {
  const dist = join(folder, 'node_modules/authenticated-client/dist')
  for (const name of (await readdir(dist)).filter((file) => file.endsWith('.js')))
    server.serve(`/dist/${name}`, 'text/javascript', await readFile(join(dist, name), 'utf8'))
  server.serve('/jwt-decode.js', 'text/javascript', await readFile(join(root, 'node_modules/jwt-decode/build/esm/index.js'), 'utf8'))
  server.serve('/suite.mjs', 'text/javascript', await readFile(await bundle('suite.mjs', pageProgram, { format: 'esm' }), 'utf8'))
  const imports = { 'authenticated-client': '/dist/index.js', 'jwt-decode': '/jwt-decode.js' }
  const page = `<script type="importmap">${JSON.stringify({ imports })}</script><script type="module" src="/suite.mjs"></script>`
  server.serve(`/${slug('a page without a bundler')}`, 'text/html', page)
}

function slug(name: string): string {
  return name.toLowerCase().replace(/\W+/g, '-')
}

function expectAll(outcome: unknown): void {
  const { passed, failed } = outcome as Outcome
  expect(failed).toEqual([])
  expect(passed).toEqual(Object.keys(behaviours))
}
