import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { AuthenticatedClient, memoryStore } from 'authenticated-client'
import { api, authorizationServer, fault, listen, refusal, testClock, testFetch } from 'authenticated-client/testing'
import { describe, expect, it, onTestFinished } from 'vitest'

describe('in the remaining rows of the catalogue,', () => {
  it('offline is an outage at once, and the session recovers without anybody asking (F56)', async () => {
    const clock = testClock()
    const login = authorizationServer({ clock })
    const shop = api({ authorizationServer: login })
    const client = new AuthenticatedClient({
      tokenEndpoint: login.tokenEndpoint,
      clientId: 'web',
      allowedOrigins: [shop.origin],
      fetch: testFetch(login, shop),
      clock,
    })
    await client.setTokens(login.signIn())
    login.spoilAccessTokens()
    login.always(fault('network-error'))

    await expect(client.fetch(`${shop.origin}/me`)).rejects.toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
    expect(client.state.status).toBe('authenticated')
    login.always(undefined)
    clock.jump(300_000)

    expect((await client.fetch(`${shop.origin}/me`)).status).toBe(200)
  })

  it('keepalive is handed on as it is, for the replay as well (F90)', async () => {
    const { client, shop, sent } = await start()
    shop.next(refusal('invalid-token'))

    await client.fetch(`${shop.origin}/notes`, { method: 'POST', body: 'x'.repeat(60_000), keepalive: true })

    expect(sent.filter(({ url }) => url.endsWith('/notes')).map(({ keepalive }) => keepalive)).toEqual([true, true])
  })

  it('a stream that meets a redirect is a network error, and no token is refreshed for it (F92)', async () => {
    const { client, login, shop } = await start()
    shop.next(() => new Response(null, { status: 307, headers: { location: '/elsewhere' } }))
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('x'))
        controller.close()
      },
    })

    const call = client.fetch(`${shop.origin}/notes`, { method: 'POST', body, duplex: 'half' } as RequestInit)

    await expect(call).rejects.toThrow(TypeError)
    expect(login.refreshes).toBe(0)
  })

  it('a token request follows no redirect, whatever the transport makes of the option (A19)', async () => {
    const seen: string[] = []
    const thief = createServer((request, response) => {
      seen.push(String(request.url))
      response.end('{"access_token":"stolen","token_type":"Bearer"}')
    })
    await new Promise<void>((resolve) => thief.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void thief.close())
    const { client, login } = await start()
    login.next(
      () => new Response(null, { status: 307, headers: { location: `http://127.0.0.1:${(thief.address() as AddressInfo).port}/` } }),
    )

    await expect(client.refresh()).rejects.toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })

    expect(seen).toEqual([])
  })

  it('a consumed refresh token is not presented again, so that nobody can make us trip reuse detection (A52)', async () => {
    const { client, login, shop } = await start()
    for (let round = 0; round < 5; round++) {
      login.spoilAccessTokens()
      await Promise.all(Array.from({ length: 10 }, () => client.fetch(`${shop.origin}/me`)))
    }

    expect([login.refreshes, login.reuses]).toEqual([5, 0])
  })

  it('an allowed origin that redirects elsewhere takes no token there (A54)', async () => {
    const { client, shop } = await start()
    const elsewhere = await listen(createServer, (origin) => api({ origin, authorizationServer: authorizationServer() }))
    onTestFinished(() => elsewhere.close())
    const other = elsewhere.origin.replace('127.0.0.1', 'localhost')
    shop.next(() => new Response(null, { status: 302, headers: { location: `${other}/me` } }))

    const response = await client.fetch(`${shop.origin}/me`)

    expect(response.status).toBe(401)
    expect(elsewhere.requests.map(({ headers }) => headers.get('authorization'))).toEqual([null])
  })

  it('users install one dependency (A55)', () => {
    const { dependencies } = JSON.parse(readFileSync(fileURLToPath(new URL('../../package.json', import.meta.url)), 'utf8'))

    expect(Object.keys(dependencies)).toEqual(['jwt-decode'])
  })
})

async function start() {
  const login = await listen(createServer, (origin) => authorizationServer({ origin }))
  const shop = await listen(createServer, (origin) => api({ origin, authorizationServer: login }))
  onTestFinished(async () => void (await Promise.all([login.close(), shop.close()])))
  const sent: { url: string; keepalive: boolean | undefined }[] = []
  const client = new AuthenticatedClient({
    tokenEndpoint: login.tokenEndpoint,
    clientId: 'web',
    allowedOrigins: [shop.origin],
    refreshBudget: false,
    store: memoryStore(),
    fetch: (input, init) => {
      sent.push({ url: String(input), keepalive: init?.keepalive })
      return fetch(input, init)
    },
  })
  await client.setTokens(login.signIn())
  return { client, login, shop, sent }
}
