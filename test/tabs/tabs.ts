import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { api, authorizationServer, listen, type TestAuthorizationServer } from 'authenticated-client/testing'
import { build } from 'esbuild'
import type { Browser, BrowserContext, Page } from 'playwright'

/** What the page's script leaves on `globalThis`. */
export interface TabGlobals {
  readonly client: {
    readonly state: { readonly status: string; readonly sessionId?: string }
    readonly coordination: string
    setTokens(tokens: object): Promise<void>
    getAccessToken(): Promise<string>
    logout(): Promise<void>
  }
  outcomes(round: number): Promise<string[]>
  wake(round: number, calls: number): void
}

export interface TabOptions {
  readonly store: 'webStorageStore' | 'indexedDbStore'
  /** In milliseconds. */
  readonly refreshTimeout: number
}

export interface Tabs {
  readonly login: TestAuthorizationServer
  readonly context: BrowserContext
  /** By name; a dead tab is no longer here. */
  readonly open: Map<string, Page>
  /** Opens tabs until there are `count`. */
  fill(count: number): Promise<void>
  close(): Promise<void>
}

/** Tabs of one signed-in user: pages of one browser on one origin, an authorization server with a 10 s overlap, an API. */
export async function openTabs(browser: Browser, { store, refreshTimeout }: TabOptions): Promise<Tabs> {
  const script = await bundle()
  const login = await listen(createServer, (origin) => authorizationServer({ origin, overlap: 10_000 }))
  // The page is the API's own: a call then needs no preflight.
  const site = await listen(createServer, (origin) => {
    const service = api({ origin, authorizationServer: login })
    return { ...service, answer: async (request) => fileAt(new URL(request.url).pathname, script) ?? service.answer(request) }
  })
  const context = await browser.newContext()
  const open = new Map<string, Page>()
  let opened = 0

  const openOne = async (): Promise<void> => {
    opened += 1
    const tab = `tab-${opened}`
    const query = new URLSearchParams({ tab, tokenEndpoint: login.tokenEndpoint, store, refreshTimeout: String(refreshTimeout) })
    const page = await context.newPage()
    page.on('close', () => void open.delete(tab))
    page.on('crash', () => void open.delete(tab))
    await page.goto(`${site.origin}/?${query}`)
    open.set(tab, page)
  }

  return {
    login,
    context,
    open,
    async fill(count) {
      while (open.size < count) await openOne()
    },
    async close() {
      await context.close()
      await Promise.all([login.close(), site.close()])
    },
  }
}

function fileAt(path: string, script: string): Response | undefined {
  if (path === '/page.js') return new Response(script, { headers: { 'content-type': 'text/javascript' } })
  const page = '<!doctype html><title>tab</title><script src="/page.js"></script>'
  return path === '/' ? new Response(page, { headers: { 'content-type': 'text/html' } }) : undefined
}

async function bundle(): Promise<string> {
  const page = fileURLToPath(new URL('page.ts', import.meta.url))
  const { outputFiles } = await build({
    entryPoints: [page],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    logLevel: 'silent',
  })
  return outputFiles[0]?.text ?? ''
}
