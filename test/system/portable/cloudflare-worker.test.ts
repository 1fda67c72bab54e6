import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { type Installed, installPackage } from './installed-package'
import { serveWorker } from './workerd'

/** How long a call may go without an answer before it counts as hanging, in milliseconds. */
const patience = 3_000

// `leave`: the request is answered while its call still waits.
const worker = `
  import { AuthenticatedClient, clientCredentialsGrant, clientSecretBasic } from 'authenticated-client'
  import { env } from 'cloudflare:workers'
  import { serviceClient, UserSession } from '../../playground/recipes/cloudflare-worker'
  class Session extends UserSession {
    async stored() { return [...(await this.ctx.storage.list()).keys()] }
  }
  export { Session as UserSession }
  const options = { tokenEndpoint: env.TOKEN_ENDPOINT, clientId: 'orders', secret: 's', baseUrl: env.API }
  const service = serviceClient(options)
  const unkept = new AuthenticatedClient({
    baseUrl: env.API,
    grant: clientCredentialsGrant({ ...options, clientAuthentication: clientSecretBasic('s') }),
  })
  const me = env.API + '/me'
  export default { async fetch(request) {
    const { pathname, searchParams } = new URL(request.url)
    const session = env.UserSession.getByName('session-1')
    const calls = {
      '/service': () => service.fetch('/me'),
      '/service/signal': () => service.fetch('/me', { signal: AbortSignal.timeout(100) }),
      '/unkept': () => unkept.fetch('/me'),
      '/session': () => session.fetch(me),
    }
    if (request.method === 'HEAD') return new Response()
    if (pathname === '/sign-in') {
      await session.signIn({ accessToken: 'spent', refreshToken: 'r0', expiresAt: 1 })
      return new Response('signed in')
    }
    if (pathname === '/stored') return Response.json(await session.stored())
    if (pathname === '/sign-out') {
      await session.signOut()
      return new Response('signed out')
    }
    const left = new Promise((resolve) => setTimeout(resolve, 100, 'left'))
    const said = calls[pathname]().then((response) => response.text(), (error) => error.name)
    return new Response(await (searchParams.has('leave') ? Promise.race([said, left]) : said))
  } }`

describe('cloudflare-worker, in workerd', () => {
  let installed: Installed
  let servers: Awaited<ReturnType<typeof startServers>>
  let origin: string
  const answer = async (path: string): Promise<string> => (await fetch(origin + path, { signal: AbortSignal.timeout(patience) })).text()

  beforeAll(async () => {
    installed = await installPackage()
    await installed.bundle('worker.mjs', worker, {
      format: 'esm',
      external: ['cloudflare:workers'],
      nodePaths: [join(installed.folder, 'node_modules')],
    })
  }, 60_000)

  beforeEach(async () => {
    servers = await startServers()
    const bindings = `(name = "TOKEN_ENDPOINT", text = "${servers.origin}/token"), (name = "API", text = "${servers.origin}")`
    origin = await serveWorker(installed.folder, '2026-07-01', { bindings, durableObject: 'UserSession' })
  })

  afterAll(() => installed.remove())

  it('a service goes on refreshing for a request that has left, and later requests get the token', async () => {
    const early = await answer('/service?leave')
    const later = [answer('/service'), answer('/service')]
    servers.release()

    expect(early).toBe('left')
    expect(await Promise.all(later)).toEqual(['Bearer t1', 'Bearer t1'])
    expect(servers.redeemed).toEqual(['client_credentials'])
  })

  it('a service goes on refreshing where its call was aborted', async () => {
    const early = await answer('/service/signal')
    const later = answer('/service')
    servers.release()

    expect(early).toBe('TimeoutError')
    expect(await later).toBe('Bearer t1')
    expect(servers.redeemed).toEqual(['client_credentials'])
  })

  // What the recipe is for: when this no longer holds, it is needless.
  it('without waitUntil the refresh ends with its request, and later requests wait for it in vain', async () => {
    const early = await answer('/unkept?leave')
    const later = answer('/unkept')
    servers.release()

    expect(early).toBe('left')
    await expect(later).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  it('a Durable Object sends nothing of a session that is signed out, and its storage has forgotten it', async () => {
    servers.release()
    await answer('/sign-in')
    const before = await answer('/session')

    await answer('/sign-out')

    expect(before).toBe('Bearer t1')
    expect(await answer('/session')).toBe('nothing')
    expect(await answer('/stored')).toBe('[]')
  })

  it('a Durable Object goes on refreshing for a request that has left, and spends its refresh token once', async () => {
    await answer('/sign-in')

    const early = [answer('/session?leave'), answer('/session?leave')]
    const left = await Promise.all(early)
    const later = [answer('/session'), answer('/session')]
    servers.release()

    expect(left).toEqual(['left', 'left'])
    expect(await Promise.all(later)).toEqual(['Bearer t1', 'Bearer t1'])
    expect(servers.redeemed).toEqual(['r0'])
  })
})

/** A token endpoint that answers once it is released, and an API that says which credentials it was sent. */
async function startServers() {
  const redeemed: string[] = []
  let release = (): void => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const server = createServer(async (request, response) => {
    if (request.url !== '/token') return void response.end(request.headers.authorization ?? 'nothing')
    const form = new URLSearchParams(await text(request))
    redeemed.push(form.get('refresh_token') ?? form.get('grant_type') ?? '')
    const token = `t${redeemed.length}`
    await released
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ access_token: token, refresh_token: `r-${token}`, token_type: 'Bearer', expires_in: 3600 }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, redeemed, release: () => release() }
}
