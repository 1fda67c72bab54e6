import { Hono } from 'hono'
import { startApi } from './api'
import { startAuthorizationServer } from './authorization-server'
import type { Claims, MintOptions } from './mint'
import { signIn } from './sign-in'
import { wrongProxies } from './wrong-proxies'

/** What the page needs to know of the servers that it plays with. */
export interface Premises {
  readonly issuer: string
  readonly audience: string
  readonly tokenEndpoint: string
  readonly clientId: string
  readonly serviceClientId: string
  readonly api: string
}

/** The servers of the page's experiments, and levers to break them. The story has its own, since its figures count what they do. */
export async function openWorkshop() {
  // A minute: long enough to try things, short enough to watch a token expire.
  const authorizationServer = await startAuthorizationServer({
    accessTokenLifetime: 60_000,
    refreshTokenLifetime: 86_400_000,
    latency: 500,
  })
  const api = await startApi(authorizationServer)
  const { issuer, audience, tokenEndpoint, web, service } = authorizationServer
  const premises: Premises = {
    issuer,
    audience,
    tokenEndpoint,
    clientId: web.clientId,
    serviceClientId: service.clientId,
    api: api.origin,
  }

  const levers = new Hono()
  levers.get('/premises', (c) => c.json(premises))
  levers.get('/counts', (c) => c.json({ refreshes: authorizationServer.counts.refreshes, unauthorized: api.counts.unauthorized }))
  levers.post('/sign-in', async (c) => c.json(await signIn(authorizationServer, await c.req.json<{ scope?: string }>())))
  levers.post('/mint', async (c) => {
    const { claims, signature } = await c.req.json<{ claims?: Claims } & MintOptions>()
    return c.json({ accessToken: await authorizationServer.mint(claims, { signature }) })
  })
  levers.post('/refuse', async (c) => {
    api.refuse((await c.req.json<{ accessToken: string }>()).accessToken)
    return c.body(null, 204)
  })
  levers.post('/revoke', async (c) => {
    await authorizationServer.revoke((await c.req.json<{ refreshToken: string }>()).refreshToken)
    return c.body(null, 204)
  })
  levers.post('/outage', async (c) => {
    authorizationServer.outage((await c.req.json<{ on: boolean }>()).on)
    return c.body(null, 204)
  })

  return {
    origins: [issuer, api.origin],
    levers,
    proxies: wrongProxies(api.origin),
    close: async () => {
      await Promise.all([api.close(), authorizationServer.close()])
    },
  }
}
