import { AuthenticatedClient } from 'authenticated-client'
import { api, authorizationServer, fault, mswHandlers } from 'authenticated-client/testing'
import { http } from 'msw'
import { setupServer } from 'msw/node'
import { expect, it, onTestFinished } from 'vitest'

it('lets msw answer for the servers, network errors included', async () => {
  const login = authorizationServer()
  const shop = api({ authorizationServer: login })
  const worker = setupServer(...mswHandlers(http, login, shop))
  worker.listen({ onUnhandledRequest: 'error' })
  onTestFinished(() => worker.close())
  const client = new AuthenticatedClient({ tokenEndpoint: login.tokenEndpoint, clientId: 'web', allowedOrigins: [shop.origin] })
  await client.setTokens(login.signIn())
  login.spoilAccessTokens()

  const response = await client.fetch(`${shop.origin}/me`)
  login.spoilAccessTokens()
  shop.next(fault('network-error'))
  const broken = client.fetch(`${shop.origin}/me`)

  expect([response.status, login.refreshes]).toEqual([200, 1])
  await expect(broken).rejects.toThrow(TypeError)
})

it('sees all fields of an upload that msw hands on, also where the platform adds a Content-Type', async () => {
  const shop = api({ authorizationServer: authorizationServer() })
  const worker = setupServer(...mswHandlers(http, shop))
  worker.listen({ onUnhandledRequest: 'error' })
  onTestFinished(() => worker.close())

  await fetch(`${shop.origin}/orders`, { method: 'POST', body: 'text', headers: { authorization: 'Bearer of-nobody' } })

  expect(shop.requests.map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer of-nobody'])
})

it.each(['http://localhost:3000', 'http://[::1]:3000', 'https://[2001:db8::a:1]', 'http://[::1]'])(
  'lets msw answer at %s',
  async (origin) => {
    const shop = api({ authorizationServer: authorizationServer(), origin })
    const worker = setupServer(...mswHandlers(http, shop))
    worker.listen({ onUnhandledRequest: 'error' })
    onTestFinished(() => worker.close())

    const statuses = await Promise.all(['', '/', '/me?x=1'].map(async (path) => (await fetch(`${origin}${path}`)).status))

    expect(statuses).toEqual([401, 401, 401])
    expect(shop.requests.map(({ url }) => url)).toContain(`${origin}/me?x=1`)
  },
)
