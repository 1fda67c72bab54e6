import { AuthenticatedClient } from 'authenticated-client'
import { allowInsecureRequests, discovery, None } from 'openid-client'
import { expect, it, onTestFinished } from 'vitest'
import { startApi } from '../../../servers/api'
import { startAuthorizationServer } from '../../../servers/authorization-server'
import { followLogin } from '../../../servers/sign-in'
import { beginSignIn, finishSignIn } from '../sign-in'

it('openid-client signs in with PKCE at a real authorization server, and the client keeps the session', async () => {
  const login = await startAuthorizationServer()
  const api = await startApi(login)
  onTestFinished(async () => void (await Promise.all([login.close(), api.close()])))
  const { clientId, redirectUri } = login.web
  const client = new AuthenticatedClient({ tokenEndpoint: login.tokenEndpoint, clientId, allowedOrigins: [api.origin] })
  const config = await discovery(new URL(login.issuer), clientId, undefined, None(), { execute: [allowInsecureRequests] })

  const pending = await beginSignIn(config, redirectUri, 'openid offline_access read write')
  await finishSignIn(config, await followLogin(pending.url, redirectUri, 'ada'), pending, client)
  await client.refresh()
  const response = await client.fetch(`${api.origin}/me`)

  expect(await response.json()).toEqual({ user: 'ada' })
})
