import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { api, authorizationServer, listen } from 'authenticated-client/testing'
import { build } from 'esbuild'
import { chromium } from 'playwright'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { expect, it, onTestFinished } from 'vitest'
import { createSSRApp, effectScope, h } from 'vue'
import { renderToString as renderVueToString } from 'vue/server-renderer'
import { findChromium } from '../../../../test/browser/chromium'
import { App } from '../react'
import { useSession } from '../vue'
import { spent } from './servers'

it('React (StrictMode) and Vue components follow the session from sign-in to sign-out', async () => {
  const { page, login, shop } = await open()
  const react = page.locator('#react')
  const vue = page.locator('#vue')
  await react.getByText('Please sign in').waitFor(there)
  await vue.getByText('anonymous').waitFor(there)

  const tokens = login.signIn()
  login.spoilAccessTokens()
  await page.evaluate((set) => window.signIn(set), tokens)
  await react.getByRole('button').waitFor(there)
  await vue.getByText('authenticated').waitFor(there)
  await expect.poll(() => shop.requests.some(({ headers }) => headers.get('authorization') === 'Bearer access-2')).toBe(true)
  const sessions = await page.evaluate(() => window.sessions.size)
  await react.getByRole('button').click()

  await react.getByText('Please sign in').waitFor(there)
  await vue.getByText('ended').waitFor(there)
  expect([sessions, login.refreshes, login.reuses]).toEqual([1, 1, 0])
})

it('React tells of a sign-in that could not be finished', async () => {
  const { page } = await open()

  await page.evaluate(() => window.signIn({ accessToken: '' }))

  await expect.poll(() => page.evaluate(() => window.failures.map(String))).toEqual([expect.stringContaining('TypeError')])
})

it('React renders on a server, where nobody has looked into the store', () => {
  expect(renderToString(createElement(App))).toBe('<p>One moment …</p>')
})

it('Vue shows the state itself, which nobody can set', async () => {
  const { client, login } = await spent()
  const scope = effectScope()
  onTestFinished(() => scope.stop())

  const session = scope.run(() => useSession(client))
  await client.setTokens(login.signIn())

  expect(session?.value).toBe(client.state)
})

it('Vue renders on a server and leaves no listener there, where no scope ever ends', async () => {
  const { client } = await spent()
  const listeners = new Set<object>()
  const counted = Object.assign(Object.create(client), {
    subscribe(listener: () => void) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  })
  const app = createSSRApp({
    setup: () => {
      const session = useSession(counted)
      return () => h('p', session.value.status)
    },
  })

  expect(await renderVueToString(app)).toBe(`<p>${client.state.status}</p>`)
  expect(listeners.size).toBe(0)
})

// A machine without fonts shows no text at all.
const there = { state: 'attached' } as const

async function open() {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('components-page.tsx', import.meta.url))],
    bundle: true,
    format: 'esm',
    jsx: 'automatic',
    write: false,
    define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false', __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false' },
    alias: { 'authenticated-client': fileURLToPath(new URL('../../../../src/index.ts', import.meta.url)) },
  })
  const script = outputFiles[0]?.text.replace(/<\/script/g, '<\\/script')
  const html = `<!doctype html><body><div id="react"></div><div id="vue"></div><script type="module">${script}</script>`
  const server = createServer((_, response) => response.setHeader('content-type', 'text/html; charset=utf-8').end(html))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const login = await listen(createServer, (origin) => authorizationServer({ origin }))
  const shop = await listen(createServer, (origin) => api({ origin, authorizationServer: login }))
  const browser = await chromium.launch((await findChromium()) ?? {})
  onTestFinished(async () => {
    await browser.close()
    await Promise.all([login.close(), shop.close(), new Promise((resolve) => server.close(resolve))])
  })
  const page = await browser.newPage()
  const query = new URLSearchParams({ login: login.origin, shop: shop.origin })
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/?${query}`)
  return { page, login, shop }
}
