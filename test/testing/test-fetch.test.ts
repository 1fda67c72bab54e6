import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Answer, api, authorizationServer, testFetch } from 'authenticated-client/testing'
import { describe, expect, it, onTestFinished } from 'vitest'

const to =
  (location: string, status = 302): Answer =>
  () =>
    new Response(null, { status, headers: { location } })

describe('testFetch', () => {
  it('is a network error where no server is', async () => {
    const { fetch } = start()

    await expect(fetch('https://elsewhere.example.com/')).rejects.toThrow(new TypeError('fetch failed'))
  })

  it('is a network error where a server answers with one, as msw has it', async () => {
    const { fetch, shop } = start()
    shop.next(() => Response.error())

    await expect(fetch(`${shop.origin}/me`)).rejects.toThrow(new TypeError('fetch failed'))
  })

  it('gives responses their URL', async () => {
    const { fetch, shop } = start()

    expect((await fetch(`${shop.origin}/me?x=1`)).url).toBe(`${shop.origin}/me?x=1`)
  })

  it('sends no fragment, and names none', async () => {
    const { fetch, shop } = start()

    const response = await fetch(`${shop.origin}/me?x=1#part`)

    expect([response.url, shop.requests[0]?.url]).toEqual([`${shop.origin}/me?x=1`, `${shop.origin}/me?x=1`])
  })

  it('ends the wait when the signal aborts, with its own reason', async () => {
    const { fetch, shop } = start()
    const controller = new AbortController()
    shop.next(() => new Promise(() => {}))

    const call = fetch(`${shop.origin}/me`, { signal: controller.signal })
    const reason = new Error('enough')
    controller.abort(reason)

    await expect(call).rejects.toBe(reason)
  })

  it.each<[string, (url: string, signal: AbortSignal) => Parameters<typeof globalThis.fetch>]>([
    ['its init', (url, signal) => [url, { signal }]],
    ['a Request', (url, signal) => [new Request(url, { signal })]],
  ])('hears an abort by the signal of %s also after a garbage collection', async (_, of) => {
    const { fetch, shop } = start()
    const controller = new AbortController()
    shop.next(() => new Promise(() => {}))

    let settled = 'waits'
    fetch(...of(`${shop.origin}/me`, controller.signal)).catch(() => {
      settled = 'rejected'
    })
    await collectGarbage()
    controller.abort()
    await new Promise(setImmediate)

    // `fetch` is looked at here so that it is held until now, as an app's client holds it.
    expect([settled, typeof fetch]).toEqual(['rejected', 'function'])
  })

  it.each<[string, (url: string, signal: AbortSignal) => Parameters<typeof globalThis.fetch>]>([
    ['its init', (url, signal) => [url, { signal }]],
    ['a Request', (url, signal) => [new Request(url, { signal })]],
  ])('breaks the body of an answer whose headers are there when the signal of %s aborts', async (_, of) => {
    const { fetch, shop } = start()
    const controller = new AbortController()
    const response = await fetch(...of(`${shop.origin}/me`, controller.signal))
    await collectGarbage()

    const reason = new Error('enough')
    controller.abort(reason)

    expect(response.status).toBe(401)
    await expect(response.json()).rejects.toBe(reason)
  })

  it('ends the wait for a body that never ends when the signal aborts, and tells the server so', async () => {
    const { fetch, shop } = start()
    const controller = new AbortController()
    const told: unknown[] = []
    shop.next(() => new Response(new ReadableStream({ cancel: (reason) => void told.push(reason) })))
    const { body } = await fetch(`${shop.origin}/me`, { signal: controller.signal })

    const reading = body?.getReader().read()
    const reason = new Error('enough')
    controller.abort(reason)

    await expect(reading).rejects.toBe(reason)
    expect(told).toEqual([reason])
  })

  it('gives a HEAD no body', async () => {
    const { fetch, shop } = start()

    const response = await fetch(`${shop.origin}/me`, { method: 'HEAD' })

    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([401, 'application/json', ''])
  })

  it('follows redirects, and keeps Authorization within one origin only', async () => {
    const { fetch, shop, login } = start()
    shop.next(to('/moved'), to(`${login.origin}/elsewhere`))

    const response = await fetch(`${shop.origin}/me`, { headers: { authorization: 'Bearer x' } })

    expect([response.url, response.redirected]).toEqual([`${login.origin}/elsewhere`, true])
    expect(shop.requests.map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer x', 'Bearer x'])
    expect(login.requests.map(({ headers }) => headers.get('authorization'))).toEqual([null])
  })

  it.each([
    [303, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [307, 'POST', 'POST', 'body'],
    [302, 'PUT', 'PUT', 'body'],
  ])('after a %i sends a %s again as a %s', async (status, method, then, text) => {
    const { fetch, shop } = start()
    shop.next(to('/moved', status))

    await fetch(`${shop.origin}/me`, { method, body: 'body' })

    expect(shop.requests[1]).toMatchObject({ method: then, text })
  })

  it('drops what is said of a body that is not sent again', async () => {
    const { fetch, shop } = start()
    shop.next(to('/moved', 303))

    await fetch(`${shop.origin}/me`, { method: 'POST', body: 'body', headers: { 'content-language': 'en', 'x-mine': '1' } })

    const { headers } = shop.requests[1] as { readonly headers: Headers }
    expect(['content-type', 'content-language', 'x-mine'].map((name) => headers.get(name))).toEqual([null, null, '1'])
  })

  it('hands on what another one gave, as a gateway does', async () => {
    const { fetch, login, shop } = start()
    const gateway = api({ authorizationServer: login, origin: 'https://gateway.example.com' })
    gateway.always(() => fetch(`${shop.origin}/me`))

    const response = await testFetch(gateway)(`${gateway.origin}/me`)

    expect([response.status, response.url]).toEqual([401, `${gateway.origin}/me`])
  })

  it('hands on what a real fetch gave, and hides of it what is not exposed', async () => {
    const { fetch, shop } = start()
    const real = createServer((_request, response) => {
      response
        .writeHead(401, { 'access-control-expose-headers': 'retry-after', 'www-authenticate': 'Bearer', 'retry-after': '2' })
        .end('no')
    })
    await new Promise<void>((resolve) => real.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void real.close())
    shop.next(() => globalThis.fetch(`http://127.0.0.1:${(real.address() as AddressInfo).port}`))

    const response = await fetch(`${shop.origin}/me`)

    expect([response.status, response.url, await response.text()]).toEqual([401, `${shop.origin}/me`, 'no'])
    expect([response.headers.get('retry-after'), response.headers.get('www-authenticate')]).toEqual(['2', null])
  })

  it('leaves redirects alone where it is told to, or fails', async () => {
    const { fetch, shop } = start()
    shop.next(to('/moved'), to('/moved'))

    expect((await fetch(`${shop.origin}/me`, { redirect: 'manual' })).status).toBe(302)
    await expect(fetch(`${shop.origin}/me`, { redirect: 'error' })).rejects.toThrow(TypeError)
  })

  it('hides what a response does not expose, as a browser does', async () => {
    const { fetch, shop } = start()
    shop.refusal = 'hidden-by-cors'

    const response = await fetch(`${shop.origin}/me`, { headers: { authorization: 'Bearer x' } })

    expect([response.status, response.headers.get('www-authenticate'), response.headers.get('content-type')]).toEqual([
      401,
      null,
      'application/json',
    ])
  })
})

function start() {
  const login = authorizationServer()
  const shop = api({ authorizationServer: login })
  return { login, shop, fetch: testFetch(login, shop) }
}

async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  // What was looked at in a task is kept until that is over.
  for (const _ of [1, 2]) {
    await new Promise(setImmediate)
    collect()
  }
}
