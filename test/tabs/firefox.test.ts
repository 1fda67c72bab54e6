import { type Browser, firefox, type Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { playRound, type RoundKind } from './play-round'
import { openTabs, type TabGlobals, type Tabs } from './tabs'

// `npm run prove` plays many more. Nothing stops a tab of Firefox from outside: plain rounds and closing ones.
const rounds = Number(process.env.FIREFOX_ROUNDS ?? 6)
const kinds: readonly RoundKind[] = ['plain', 'closed after', 'plain', 'closed before']

let browser: Browser
let tabs: Tabs
beforeAll(async () => {
  browser = await firefox.launch({ channel: 'moz-firefox', executablePath: '/usr/bin/firefox-esr' })
  // Not localStorage: there a tab of Firefox may read, under the lock, what was written before the last save.
  tabs = await openTabs(browser, { store: 'indexedDbStore', refreshTimeout: 20_000 })
  await tabs.fill(10)
  const [first] = tabs.open.values()
  await first?.evaluate((tokens) => (globalThis as unknown as TabGlobals).client.setTokens(tokens), tabs.login.signIn())
}, 90_000)
afterAll(async () => {
  await tabs?.close()
  await browser?.close()
})

describe('ten tabs of Firefox, of fifty calls each, on an indexedDbStore', () => {
  for (let round = 1; round <= rounds; round += 1) {
    const kind = kinds[(round - 1) % kinds.length] ?? 'plain'

    it(`round ${round}, ${kind}: one redemption, no session lost, every call settles (F45, F46, F51)`, async () => {
      const { redemptions, ghosts, outcomes, died } = await playRound(tabs, round, kind)

      expect(redemptions).toBe(1)
      expect(ghosts).toBe(kind === 'closed after' ? 1 : 0)
      expect(tabs.login.reuses).toBe(0)
      expect(died).toBe(kind === 'plain' ? 0 : 1)
      expect(outcomes).toEqual({ 200: (10 - died) * 50 })
    }, 40_000)
  }
})

it('a tab that comes back from the back-forward cache of Firefox shows the session of who signed in meanwhile, before anything is called (F50)', async () => {
  const [page, other] = tabs.open.values()
  if (!page || !other) throw new Error('Two tabs are open')
  await page.evaluate(() => addEventListener('pageshow', ({ persisted }) => Object.assign(globalThis, { persisted })))
  await page.goto(new URL('/page.js', page.url()).href)
  const session = (tab: Page) => tab.evaluate(() => (globalThis as unknown as TabGlobals).client.state.sessionId).catch(() => undefined)
  await other.evaluate((tokens) => (globalThis as unknown as TabGlobals).client.setTokens(tokens), tabs.login.signIn())
  const next = await session(other)

  await page.evaluate(() => history.back()) // Playwright's own waits for a load, which such a page never sees.

  const isKept = () => page.evaluate(() => (globalThis as { persisted?: boolean }).persisted).catch(() => undefined)
  await expect.poll(isKept, { timeout: 10_000 }).toBe(true)
  expect(next).toBeTypeOf('string')
  await expect.poll(() => session(page), { timeout: 5000 }).toBe(next)
}, 40_000)
