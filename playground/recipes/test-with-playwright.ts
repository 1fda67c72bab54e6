// Testing your app in a real browser with Playwright: the authorization server and the API listen on loopback ports, your page talks
// to them across origins, and the test decides what goes wrong. Before your app's script runs, the test puts the two origins and the tokens
// where the app looks for them; then it uses the page as a user would. Never let the app take any of these from the URL: a link could then
// sign your users in as somebody else, or send their tokens elsewhere.
import { createServer } from 'node:http'
import type { TokenSet } from 'authenticated-client'
import { api, authorizationServer, fault, listen } from 'authenticated-client/testing'
import type { Page } from 'playwright'

/** Both servers, on free ports of this machine. Access tokens live two seconds. */
export async function startServers() {
  const login = await listen(createServer, (origin) => authorizationServer({ origin, lifetime: 2_000 }))
  const shop = await listen(createServer, (origin) => api({ origin, authorizationServer: login }))
  return { login, shop, close: () => Promise.all([login.close(), shop.close()]) }
}

type Servers = Awaited<ReturnType<typeof startServers>>

/** What the page finds as `globalThis.underTest`. */
export interface UnderTest {
  readonly login: string
  readonly shop: string
  readonly tokens: TokenSet
}

/** Opens the app signed in: what your login page would have led to. */
export async function openSignedIn(page: Page, app: string, { login, shop }: Servers): Promise<void> {
  const underTest: UnderTest = { login: login.origin, shop: shop.origin, tokens: login.signIn({ sub: 'ada' }) }
  await page.addInitScript((given) => Object.assign(globalThis, { underTest: given }), underTest)
  await page.goto(app)
}

/** An outage during a refresh: the page says so, nobody is signed out, and it recovers by itself. */
export async function survivesAnOutage(page: Page, { login }: Servers): Promise<readonly (string | null)[]> {
  const said: (string | null)[] = []
  const load = async (expected: string): Promise<void> => {
    await page.getByRole('button', { name: 'Load' }).click()
    const output = page.getByRole('status').filter({ hasText: expected })
    said.push(await output.textContent())
  }
  await load('Hello ada')
  login.spoilAccessTokens()
  login.always(fault('service-unavailable'))
  await load('Please try again')
  login.always(undefined)
  await page.clock.fastForward(10_000)
  await load('Hello ada')
  return said
}
