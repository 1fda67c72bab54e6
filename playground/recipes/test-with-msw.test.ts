// Testing your app's sessions with vitest and msw: no mock of a 401 by hand, but an authorization server and an API that behave as
// real ones do. Copy this file, put your own module in place of `loadOrders`, and take the client that your app makes.
import { AuthenticatedClient } from 'authenticated-client'
import { api, authorizationServer, fault, mswHandlers, testClock } from 'authenticated-client/testing'
import { http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'

const clock = testClock()
const login = authorizationServer({ clock, lifetime: 60_000 })
const shop = api({ authorizationServer: login, serve: () => Response.json([{ order: 1 }]) })
const network = setupServer(...mswHandlers(http, login, shop))

beforeAll(() => network.listen({ onUnhandledRequest: 'error' }))
afterEach(() => shop.always(undefined))
afterAll(() => network.close())

// Your app's code.
async function loadOrders(client: AuthenticatedClient): Promise<unknown> {
  const response = await client.fetch(`${shop.origin}/orders`)
  return response.ok ? response.json() : `Could not load: ${response.status}`
}

async function signedIn() {
  const logouts: string[] = []
  const client = new AuthenticatedClient({
    tokenEndpoint: login.tokenEndpoint,
    clientId: 'web',
    allowedOrigins: [shop.origin],
    onLogout: ({ reason }) => logouts.push(reason),
    clock,
  })
  await client.setTokens(login.signIn({ sub: 'ada' }))
  return { client, logouts }
}

it('loads orders though the access token has expired', async () => {
  const { client } = await signedIn()
  await clock.advance(61_000)

  expect(await loadOrders(client)).toEqual([{ order: 1 }])
})

it('stays signed in while the authorization server is down', async () => {
  const { client, logouts } = await signedIn()
  login.next(fault('service-unavailable'))
  await clock.advance(61_000)

  await expect(loadOrders(client)).rejects.toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
  await clock.advance(10_000)

  expect(await loadOrders(client)).toEqual([{ order: 1 }])
  expect(logouts).toEqual([])
})

it('copes with an API that forgets the WWW-Authenticate header', async () => {
  const { client } = await signedIn()
  shop.refusal = 'no-header'
  login.spoilAccessTokens()

  expect(await loadOrders(client)).toEqual([{ order: 1 }])
})

it('hears once that the session was ended elsewhere', async () => {
  const { client, logouts } = await signedIn()
  login.revoke(await client.getAccessToken())

  expect(await Promise.all([loadOrders(client), loadOrders(client)])).toEqual(['Could not load: 401', 'Could not load: 401'])

  expect(logouts).toEqual(['refresh_rejected'])
})
