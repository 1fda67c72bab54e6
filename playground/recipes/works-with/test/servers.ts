import { createServer } from 'node:http'
import { AuthenticatedClient } from 'authenticated-client'
import { type ApiOptions, api, authorizationServer, listen, type TestApi, type TestAuthorizationServer } from 'authenticated-client/testing'
import { onTestFinished } from 'vitest'

export interface Setting {
  readonly client: AuthenticatedClient
  readonly login: TestAuthorizationServer
  readonly shop: TestApi
}

/** A client whose access token the API no longer takes, and both servers on loopback. */
export async function spent(serve?: ApiOptions['serve']): Promise<Setting> {
  const login = await listen(createServer, (origin) => authorizationServer({ origin }))
  const shop = await listen(createServer, (origin) => api({ origin, authorizationServer: login, serve }))
  const client = new AuthenticatedClient({
    tokenEndpoint: login.tokenEndpoint,
    clientId: 'app',
    allowedOrigins: [shop.origin],
    refreshBudget: false,
  })
  onTestFinished(async () => {
    client.dispose()
    await Promise.all([login.close(), shop.close()])
  })
  await client.setTokens(login.signIn({ sub: 'ada' }))
  login.spoilAccessTokens()
  return { client, login, shop }
}

export async function twenty<Value>(call: (n: number) => Promise<Value>): Promise<readonly Value[]> {
  return Promise.all(Array.from({ length: 20 }, (_, n) => call(n)))
}
