import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { AuthenticatedClient } from 'authenticated-client'
import { api, authorizationServer, fault, listen, type RefusalName } from 'authenticated-client/testing'
import { describe, expect, it, onTestFinished } from 'vitest'

describe('listen', () => {
  it('answers over real sockets: ten calls on a spent token, one refresh', async () => {
    const { client, login, shop } = await start()
    await client.setTokens(login.signIn({ sub: 'ada' }))
    login.spoilAccessTokens()

    const responses = await Promise.all(
      Array.from({ length: 10 }, (_, n) => client.fetch(`${shop.origin}/me`, { method: 'POST', body: `${n}` })),
    )

    expect(await Promise.all(responses.map(async (response) => (await response.json()).body))).toEqual([...'0123456789'])
    expect([login.refreshes, login.reuses]).toEqual([1, 0])
  })

  it('breaks the connection where the script does', async () => {
    const { shop } = await start()
    shop.next(fault('network-error'))

    await expect(fetch(`${shop.origin}/me`)).rejects.toThrow(TypeError)

    expect((await fetch(`${shop.origin}/me`)).status).toBe(401)
  })

  it('lets pages of any origin call, and read the challenge unless a refusal hides it', async () => {
    const { shop } = await start()
    const origin = 'http://page.example.com'

    const preflight = await fetch(`${shop.origin}/me`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'authorization' },
    })
    const exposed = async (name: RefusalName): Promise<string | null> => {
      shop.refusal = name
      const response = await fetch(`${shop.origin}/me`, { headers: { origin, authorization: 'Bearer x' } })
      return response.headers.get('access-control-expose-headers')
    }

    expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization')
    expect(preflight.headers.get('access-control-allow-origin')).toBe(origin)
    expect(await exposed('invalid-token')).toContain('www-authenticate')
    expect(await exposed('hidden-by-cors')).toBe('content-type')
    expect(shop.requests).toHaveLength(2)
  })

  it('sends each cookie, and adds to what the server says its answer varies by', async () => {
    const { shop } = await start()
    const headers = new Headers({ vary: 'accept' })
    for (const cookie of ['a=1', 'b=2']) headers.append('set-cookie', cookie)
    shop.next(() => new Response(null, { headers }))

    const response = await fetch(`${shop.origin}/me`)

    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(response.headers.get('vary')).toBe('origin, accept')
  })

  it('answers a GET that brings a body, as other HTTP clients than fetch may send it', async () => {
    const { shop } = await start()

    const status = await new Promise((resolve, reject) => {
      request(`${shop.origin}/me`, { headers: { 'content-length': '4' } }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end('body')
    })

    expect(status).toBe(401)
  })

  it('hands on what a real fetch gave, which has decoded it', async () => {
    const { shop } = await start()
    const real = createServer((_request, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('hello')))
    await new Promise<void>((resolve) => real.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void real.close())
    shop.next(() => fetch(`http://127.0.0.1:${(real.address() as AddressInfo).port}`))

    const response = await fetch(`${shop.origin}/me`)

    expect(await response.text()).toBe('hello')
  })

  it('leaves no port open where the server could not be made', async () => {
    let where = ''
    const build = (origin: string) => {
      where = origin
      return api({ origin, authorizationServer: authorizationServer(), refusal: 'no-such' as RefusalName })
    }

    await expect(listen(createServer, build)).rejects.toThrow(/no-such/)

    await expect(fetch(where)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
  })

  it('is gone once it is closed, open connections too', async () => {
    const { shop } = await start()
    shop.next(fault('hang'))
    const hanging = fetch(`${shop.origin}/me`)
    hanging.catch(() => {})
    await expect.poll(() => shop.requests.length).toBe(1)

    await shop.close()

    await expect(hanging).rejects.toThrow(TypeError)
    await expect(fetch(`${shop.origin}/me`)).rejects.toThrow(TypeError)
  })
})

async function start() {
  const login = await listen(createServer, (origin) => authorizationServer({ origin }))
  const shop = await listen(createServer, (origin) => api({ origin, authorizationServer: login }))
  onTestFinished(() => Promise.all([login.close(), shop.close()]).then(() => {}))
  const client = new AuthenticatedClient({ tokenEndpoint: login.tokenEndpoint, clientId: 'web', allowedOrigins: [shop.origin] })
  return { login, shop, client }
}
