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
