import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { chromium } from 'playwright'
import { expect, it, onTestFinished } from 'vitest'
import { openSignedIn, startServers, survivesAnOutage } from '../../playground/recipes/test-with-playwright'
import { findChromium } from '../browser/chromium'

it('tests an app in a real browser, through an outage', async () => {
  const { app, servers, page } = await start()
  await page.clock.install()

  await openSignedIn(page, app, servers)
  const opened = page.url()
  const said = await survivesAnOutage(page, servers)

  expect(opened).toBe(app) // No tokens in it.
  expect(said).toEqual(['Hello ada', 'Please try again', 'Hello ada'])
  expect([servers.login.refreshes, servers.login.reuses]).toEqual([1, 0])
})

async function start() {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('app/app.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    write: false,
    alias: { 'authenticated-client': fileURLToPath(new URL('../../src/index.ts', import.meta.url)) },
  })
  const page = `<!doctype html><body><script type="module">${outputFiles[0]?.text}</script>`
  const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(page))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const servers = await startServers()
  const browser = await chromium.launch((await findChromium()) ?? {})
  onTestFinished(async () => {
    await browser.close()
    await servers.close()
    await new Promise((resolve) => server.close(resolve))
  })
  return { app: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, servers, page: await browser.newPage() }
}
