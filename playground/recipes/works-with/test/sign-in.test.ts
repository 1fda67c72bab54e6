import { AuthenticatedClient, memoryStore } from 'authenticated-client'
import { allowInsecureRequests } from 'openid-client'
import { expect, it, onTestFinished } from 'vitest'
import { startApi } from '../../../servers/api'
import { startAuthorizationServer } from '../../../servers/authorization-server'
import { followLogin } from '../../../servers/sign-in'
import { beginSignIn, configOf, finishSignIn } from '../sign-in'

it('openid-client signs in with PKCE at a real authorization server, and the client keeps the session', async () => {
  const login = await startAuthorizationServer()
  const api = await startApi(login)
  onTestFinished(async () => void (await Promise.all([login.close(), api.close()])))
  const { clientId, redirectUri } = login.web
  const store = memoryStore()
  const client = new AuthenticatedClient({ tokenEndpoint: login.tokenEndpoint, clientId, allowedOrigins: [api.origin], store })
  const config = await configOf(login.issuer, clientId, { execute: [allowInsecureRequests] })

  const pending = await beginSignIn(config, redirectUri, 'openid offline_access read write')
  await finishSignIn(config, await followLogin(pending.url, redirectUri, 'ada'), pending, client)
  const signedIn = await store.read()
  await client.refresh()
  const response = await client.fetch(`${api.origin}/me`)

  expect(await response.json()).toEqual({ user: 'ada' })
  // What a step-up adds to.
  expect(signedIn).toMatchObject({ scope: expect.stringContaining('write') })
})

it('a user is asked at each sign-in only where a refresh token needs it', async () => {
  const login = await startAuthorizationServer()
  onTestFinished(() => login.close())
  const { clientId, redirectUri } = login.web
  const config = await configOf(login.issuer, clientId, { execute: [allowInsecureRequests] })
  const promptFor = async (scope: string) => (await beginSignIn(config, redirectUri, scope)).url.searchParams.get('prompt')

  expect([await promptFor('openid offline_access'), await promptFor('openid read')]).toEqual(['consent', null])
})
