import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { at, json, unauthorized } from '../support/authorization-server'
import { quiet } from '../support/clock'
import { me, passing, refused, refusedOnce, signedIn, withoutRefreshToken } from './world'

describe('a replay', () => {
  it.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('happens for %s as for every method (rule 14)', async (method) => {
    const { client, service } = await refusedOnce()

    const response = await client.fetch(me, { method })

    expect(response.status).toBe(200)
    expect(service.requests.map((request) => request.method)).toEqual([method, method])
  })

  it('keeps every header of the caller, the Idempotency-Key too, and changes the token alone (rule 14, F82)', async () => {
    const { client, service } = await refusedOnce()

    await client.fetch(me, {
      method: 'POST',
      body: 'hello',
      headers: { 'Idempotency-Key': 'key-1', 'If-Match': '"v1"', Accept: 'text/x-a', 'Content-Type': 'text/x-b' },
    })

    const [first, second] = service.requests.map(({ headers }) => Object.fromEntries(headers))
    expect(first).toMatchObject({ 'idempotency-key': 'key-1', 'if-match': '"v1"', accept: 'text/x-a', 'content-type': 'text/x-b' })
    expect(second).toMatchObject({ ...first, authorization: 'Bearer access-2' })
  })

  it('is of what the caller gave, also where the fetch of the app writes to what it is given', async () => {
    const sent: unknown[] = []
    const { client } = await signedIn({
      fetch: async (input, init = {}) => {
        if (String(input).endsWith('/token')) return json(200, { access_token: 'access-2', token_type: 'Bearer' })
        init.body = `zipped(${init.body})`
        init.signal = AbortSignal.abort()
        return sent.push(init.body) === 1 ? unauthorized(refused) : json(200, {})
      },
    })

    const response = await client.fetch(me, { method: 'POST', body: 'hello' })

    expect([response.status, sent]).toEqual([200, ['zipped(hello)', 'zipped(hello)']])
  })

  it('invents no Idempotency-Key (F82)', async () => {
    const { client, service } = await refusedOnce()

    await client.fetch(me, { method: 'POST', body: 'hello' })

    expect(service.requests.map(({ headers }) => headers.has('idempotency-key'))).toEqual([false, false])
  })

  it('goes past caches, which the first send does not (rule 14)', async () => {
    const { client, service } = await refusedOnce()

    await client.fetch(me)

    expect(service.requests.map(({ request }) => request.cache)).toEqual(['default', 'reload'])
  })

  it.each(['no-store', 'no-cache', 'force-cache', 'reload'] as const)(
    'leaves cache: %s to the caller who chose it (rule 14)',
    async (cache) => {
      const { client, service } = await refusedOnce()

      await client.fetch(me, { cache })
      await client.fetch(new Request(me, { cache }))

      expect(new Set(service.requests.map(({ request }) => request.cache))).toEqual(new Set([cache]))
    },
  )

  it('happens for a Request too, past caches', async () => {
    const { client, service } = await refusedOnce()

    const response = await client.fetch(new Request(me))

    expect(response.status).toBe(200)
    expect(service.requests.map(({ request }) => request.cache)).toEqual(['default', 'reload'])
  })

  it('happens without cache where the platform refuses that mode (rule 14)', async () => {
    // As on workerd: a Request can't be made with it, and the wrapped fetch refuses it as well.
    const NodeRequest = globalThis.Request
    class Picky extends NodeRequest {
      constructor(input: RequestInfo | URL, init?: RequestInit) {
        super(input, init)
        if (init?.cache === 'reload') throw new TypeError('Unsupported cache mode: reload')
      }
    }
    globalThis.Request = Picky
    onTestFinished(() => {
      globalThis.Request = NodeRequest
    })
    const { client, service } = await refusedOnce()

    const response = await client.fetch(me, { method: 'POST', body: 'hello' })

    expect(response.status).toBe(200)
    expect(service.requests).toHaveLength(2)
  })

  it.each([500, 503, 404, 429])('that gets %i ends the call: no second replay (F79)', async (status) => {
    const { client, service } = await signedIn()
    const answer = json(status, {})
    service.next(
      () => unauthorized(refused),
      () => answer,
    )

    const response = await client.fetch(me)

    expect(response).toBe(answer)
    expect(service.requests).toHaveLength(2)
  })

  it('that gets a network error ends the call with that very error: no second replay (F79)', async () => {
    const { client, service } = await signedIn()
    const failure = new TypeError('fetch failed')
    service.next(
      () => unauthorized(refused),
      () => Promise.reject(failure),
    )

    await expect(client.fetch(me)).rejects.toBe(failure)

    expect(service.requests).toHaveLength(2)
  })
})

describe('what is never replayed', () => {
  it.each<[string, unknown]>([
    ['a mock of a Response without a status', { ok: true }],
    ['parsed by a wrapper', [1, 2]],
    ['parsed, and like a session of ours', { epoch: 0, generation: 0, held: { accessToken: 'a' } }],
    ['a text', 'done'],
    ['nothing', undefined],
  ])('is a call whose fetch gives what is no Response: %s comes back as it is, or fails as what it is', async (_what, given) => {
    let sends = 0
    const { client } = await signedIn({
      fetch: async () => {
        sends++
        return given as Response
      },
      isUnauthorized: () => false,
    })

    const got = await client.fetch(me).catch((error: unknown) => error)

    expect([got === given || got instanceof TypeError, sends]).toEqual([true, 1])
  })

  it.each(['GET', 'POST', 'PUT'])('is a %s that met a network error: it passes through untouched (rule 14, F80)', async (method) => {
    const { client, service, login } = await signedIn()
    const failure = new TypeError('fetch failed', { cause: new Error('ECONNRESET') })
    service.next(() => Promise.reject(failure))

    await expect(client.fetch(me, { method })).rejects.toBe(failure)

    expect(service.requests).toHaveLength(1)
    expect(login.tokenRequests).toHaveLength(0)
    expect(client.state.status).toBe('authenticated')
  })

  it('is a preflight that was refused: for a script it is a network error (F72)', async () => {
    const { client, service, login } = await signedIn()
    service.next(() => Promise.reject(new TypeError('Failed to fetch')))

    await expect(client.fetch(me, { headers: { 'X-Trace': '1' } })).rejects.toThrow('Failed to fetch')

    expect(login.tokenRequests).toHaveLength(0)
  })

  it('is a call whose body breaks while it is read: no 401 (F77)', async () => {
    const { client, service, login } = await signedIn()
    const failure = new Error('cut')
    service.next(
      () =>
        new Response(
          new ReadableStream({
            start(controller) {
              controller.enqueue(new TextEncoder().encode('hel'))
              controller.error(failure)
            },
          }),
        ),
    )

    const response = await client.fetch(me)

    await expect(response.text()).rejects.toBe(failure)
    expect(service.requests).toHaveLength(1)
    expect(login.tokenRequests).toHaveLength(0)
  })
})

describe('the 401 in front of a replay', () => {
  it('is read to its end, so that its connection is free before the call waits (rule 8, F98)', async () => {
    const { client, service, login } = await signedIn()
    const order: string[] = []
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        order.push('read')
        if (order.length < 4) controller.enqueue(new Uint8Array(1_000))
        else {
          order.push('end')
          controller.close()
        }
      },
    })
    login.next(() => {
      order.push('refresh')
      return undefined
    })
    service.next(() => unauthorized(refused, { body: body as unknown as BodyInit }))

    const response = await client.fetch(me)

    expect(response.status).toBe(200)
    expect(order).toContain('end')
    expect(order.indexOf('end')).toBeLessThan(order.indexOf('refresh'))
  })

  it('is read up to 64 KiB, the rest is cancelled, and nobody waits for the cancel to settle (rule 8)', async () => {
    const { client, service } = await signedIn()
    let bytes = 0
    let cancelled = false
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        bytes += 16_384
        controller.enqueue(new Uint8Array(16_384))
      },
      cancel() {
        cancelled = true
        return new Promise(() => {})
      },
    })
    service.next(() => unauthorized(refused, { body: body as unknown as BodyInit }))

    const response = await client.fetch(me)

    expect(response.status).toBe(200)
    expect(cancelled).toBe(true)
    expect(bytes).toBeLessThanOrEqual(65_536 + 3 * 16_384)
  })

  it('is cancelled when it drips for more than a second (rule 8)', async () => {
    const { client, clock, service } = await signedIn()
    let cancelled = false
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array(1)),
      cancel() {
        cancelled = true
      },
    })
    service.next(() => unauthorized(refused, { body: body as unknown as BodyInit }))
    const call = client.fetch(me)
    await quiet()
    const waiting = service.requests.length

    const response = await passing(clock, call, 1_000)

    expect(waiting).toBe(1)
    expect(response.status).toBe(200)
    expect(cancelled).toBe(true)
  })

  it('may break while it is read: the call goes on', async () => {
    const { client, service } = await signedIn()
    const body = new ReadableStream({ start: (controller) => controller.error(new Error('cut')) })
    service.next(() => unauthorized(refused, { body: body as unknown as BodyInit }))

    const response = await client.fetch(me)

    expect(response.status).toBe(200)
  })
})

describe('a 401 that is handed back after all', () => {
  it('has its own status, headers, url and body when the refresh was refused (rule 8)', async () => {
    const { client, clock, service, login } = await signedIn()
    login.revoke('refresh-1')
    service.next(() =>
      at(
        new Response('{"error":"who are you?"}', {
          status: 401,
          statusText: 'Unauthorized',
          headers: { 'WWW-Authenticate': refused, 'Content-Type': 'application/problem+json', 'X-Request-Id': '7' },
        }),
        `${me}?moved`,
      ),
    )

    const response = await passing(clock, client.fetch(me))

    expect([response.status, response.statusText, response.ok, response.url]).toEqual([401, 'Unauthorized', false, `${me}?moved`])
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'www-authenticate': refused,
      'content-type': 'application/problem+json',
      'x-request-id': '7',
    })
    expect(response.bodyUsed).toBe(false)
    expect(await response.clone().json()).toEqual({ error: 'who are you?' })
    expect(await response.text()).toBe('{"error":"who are you?"}')
  })

  it('says how it came: its type, and whether it was redirected (rule 8)', async () => {
    const { client, clock, service, login } = await signedIn()
    login.revoke('refresh-1')
    service.next(() => Object.defineProperties(unauthorized(refused), { type: { value: 'cors' }, redirected: { value: true } }))

    const response = await passing(clock, client.fetch(me))

    for (const one of [response, response.clone(), response.clone().clone()])
      expect([one.status, one.type, one.redirected, one.url]).toEqual([401, 'cors', true, response.url])
  })

  it('has what was read of a body that was too long (rule 8)', async () => {
    const { client, clock, service, login } = await signedIn()
    login.revoke('refresh-1')
    service.next(() => unauthorized(refused, { body: 'x'.repeat(200_000) }))

    const response = await passing(clock, client.fetch(me))
    const text = await response.text()

    expect(response.status).toBe(401)
    expect(text).toMatch(/^x+$/)
  })

  it('may have no body at all (rule 8)', async () => {
    const { client, clock, service, login } = await signedIn()
    login.revoke('refresh-1')
    service.next(() => new Response(null, { status: 401, headers: { 'WWW-Authenticate': refused } }))

    const response = await passing(clock, client.fetch(me))

    expect(response.status).toBe(401)
    expect(await response.text()).toBe('')
  })

  it('has bytes, not text, in its body (rule 8)', async () => {
    const { client, clock, service, login } = await signedIn()
    login.revoke('refresh-1')
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
    service.next(() => unauthorized(refused, { body: bytes }))

    const response = await passing(clock, client.fetch(me))

    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes)
  })

  it('has its body where a Blob cannot be made of bytes (React Native, rule 8)', async () => {
    const { client, clock, service, login } = await signedIn()
    login.revoke('refresh-1')
    service.next(() => unauthorized(refused, { body: 'no' }))
    vi.stubGlobal(
      'Blob',
      class extends Blob {
        constructor(parts: readonly unknown[] = []) {
          if (parts.some((part) => typeof part !== 'string')) throw new Error('not supported')
          super(parts as string[])
        }
      },
    )
    onTestFinished(() => void vi.unstubAllGlobals())

    const response = await passing(clock, client.fetch(me))

    expect([response.status, await response.text()]).toEqual([401, 'no'])
  })

  it('is the one that came where its body is no stream of the platform (node-fetch, rule 8)', async () => {
    const { client, clock, service, login } = await signedIn()
    login.revoke('refresh-1')
    const answer = Object.defineProperty(unauthorized(refused), 'body', { value: { pipe: () => {} } })
    service.next(() => answer)

    expect(await passing(clock, client.fetch(me))).toBe(answer)
  })

  it('is untouched where the call waited for nothing (rule 8)', async () => {
    const { client, service } = await withoutRefreshToken()
    const answer = unauthorized('Basic realm="x"')
    service.next(() => answer)

    const response = await client.fetch(me)

    expect(response).toBe(answer)
    expect(response.bodyUsed).toBe(false)
  })
})
