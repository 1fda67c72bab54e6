import { type Browser, chromium } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findChromium } from '../browser/chromium'
import { type FrozenKind, playRound, type RoundKind } from './play-round'
import { openTabs, type TabGlobals, type Tabs } from './tabs'

// `npm run prove` plays many more.
const rounds = Number(process.env.TAB_ROUNDS ?? 12)
const kinds: readonly RoundKind[] = [
  'plain',
  'closed after',
  'frozen',
  'plain',
  'closed before',
  'frozen for long',
  'plain',
  'crashed after',
  'frozen past its timeout',
  'plain',
  'crashed before',
  'frozen',
]
const refreshTimeout = 1500
const frozenFor: Readonly<Record<FrozenKind, number>> = {
  frozen: 800,
  'frozen past its timeout': refreshTimeout + 200,
  'frozen for long': 4 * refreshTimeout,
}

let browser: Browser
let tabs: Tabs
beforeAll(async () => {
  const found = await findChromium()
  if (!found) throw new Error('No Chromium runs here')
  // Each tab in a process of its own, or a crash would take others along.
  browser = await chromium.launch({ ...found, args: [...(found.args ?? []), '--renderer-process-limit=20'] })
  tabs = await openTabs(browser, { store: 'webStorageStore', refreshTimeout })
  await tabs.fill(10)
  const [first] = tabs.open.values()
  await first?.evaluate((tokens) => (globalThis as unknown as TabGlobals).client.setTokens(tokens), tabs.login.signIn())
}, 60_000)
afterAll(async () => {
  await tabs?.close()
  await browser?.close()
})

describe('ten tabs of fifty calls that wake at once', () => {
  for (let round = 1; round <= rounds; round += 1) {
    const kind = kinds[(round - 1) % kinds.length] ?? 'plain'

    it(`round ${round}, ${kind}: one redemption, no session lost, every call settles (F46, F49, F51, F52)`, async () => {
      const { redemptions, ghosts, outcomes, died } = await playRound(tabs, round, kind, frozenFor[kind as FrozenKind])

      expect(redemptions).toBe(1)
      expect(ghosts).toBe(kind.endsWith('after') ? 1 : 0)
      expect(tabs.login.reuses).toBe(0)
      expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe((10 - died) * 50)
      expect(died).toBe(/^(closed|crashed)/.test(kind) ? 1 : 0)
      // Who waits for a tab that stays frozen gives up, and steals nothing.
      expect(Object.keys(outcomes).sort()).toEqual(kind === 'frozen for long' ? ['200', 'RefreshUnavailableError'] : ['200'])
    }, 40_000)
  }
})

describe('a tab', () => {
  const states = () =>
    Promise.all([...tabs.open.values()].map((page) => page.evaluate(() => (globalThis as unknown as TabGlobals).client.state.status)))

  it('has a single flight that reaches the whole browser (F53)', async () => {
    const [page] = tabs.open.values()

    expect(await page?.evaluate(() => (globalThis as unknown as TabGlobals).client.coordination)).toBe('browser')
  })

  it('that comes back from another page has what the others wrote meanwhile (F50)', async () => {
    const [page, other] = tabs.open.values()
    await page?.goto('about:blank')
    const next = tabs.login.signIn()
    await other?.evaluate((tokens) => (globalThis as unknown as TabGlobals).client.setTokens(tokens), next)

    await page?.goBack()

    expect(await page?.evaluate(() => (globalThis as unknown as TabGlobals).client.getAccessToken())).toBe(next.accessToken)
  })

  it('that signs out, and one that signs in, is heard in all others', async () => {
    const [page] = tabs.open.values()

    await page?.evaluate(() => (globalThis as unknown as TabGlobals).client.logout())
    await expect.poll(async () => new Set(await states()), { timeout: 5000 }).toEqual(new Set(['ended']))

    await page?.evaluate((tokens) => (globalThis as unknown as TabGlobals).client.setTokens(tokens), tabs.login.signIn())
    await expect.poll(async () => new Set(await states()), { timeout: 5000 }).toEqual(new Set(['authenticated']))
  })
})
