import { Readable } from 'node:stream'
import { AuthenticatedClient } from 'authenticated-client'
import { describe, expect, it } from 'vitest'
import { json, unauthorized } from '../support/authorization-server'
import { quiet } from '../support/clock'
import { deferred } from '../support/deferred'
import { expired, me, passing, refused, refusedOnce, signedIn, type World } from './world'

const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>
const mebibyte = 1 << 20

/** What arrived: content type and bytes of each send. */
async function arrived({ service }: World): Promise<readonly (readonly [string | null, string])[]> {
  return Promise.all(service.requests.map(async ({ headers, text }) => [headers.get('content-type'), await text] as const))
}

function form(): FormData {
  const data = new FormData()
  data.set('a', '1')
  data.set('file', new Blob(['hello'], { type: 'text/x-own' }), 'hello.txt')
  return data
}

async function* chunks(): AsyncGenerator<Uint8Array> {
  yield encode('hel')
  yield encode('lo')
}

function stream(...parts: readonly string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(encode(part))
      controller.close()
    },
  })
}

const snapshots: readonly (readonly [string, () => BodyInit | null, string | null, string])[] = [
  ['nothing', () => null, null, ''],
  ['a string', () => 'hello', 'text/plain;charset=UTF-8', 'hello'],
  ['an empty string', () => '', 'text/plain;charset=UTF-8', ''],
  ['a string beyond ASCII', () => 'grüße 🌍', 'text/plain;charset=UTF-8', 'grüße 🌍'],
  [
    'URLSearchParams',
    () => new URLSearchParams({ a: '1', b: 'ü &' }),
    'application/x-www-form-urlencoded;charset=UTF-8',
    'a=1&b=%C3%BC+%26',
  ],
  ['a Blob', () => new Blob(['hel', 'lo'], { type: 'text/x-own' }), 'text/x-own', 'hello'],
  ['a Blob without a type', () => new Blob(['hello']), null, 'hello'],
  ['a File', () => new File(['hello'], 'hello.txt', { type: 'text/x-own' }), 'text/x-own', 'hello'],
  ['an ArrayBuffer', () => encode('hello').buffer, null, 'hello'],
  ['a Uint8Array', () => encode('hello'), null, 'hello'],
  ['a view of a part of its buffer', () => encode('..hello...').subarray(2, 7), null, 'hello'],
  ['a DataView', () => new DataView(encode('..hello...').buffer, 2, 5), null, 'hello'],
  ['a Float64Array', () => new Float64Array(encode('hello!!!').buffer), null, 'hello!!!'],
  ['a Buffer of Node', () => Buffer.from('hello'), null, 'hello'],
]

describe('a body that can be sent twice', () => {
  it.each(snapshots)('arrives whole in both sends, with its own content type: %s (rule 9, F83)', async (_, body, type, text) => {
    const world = await refusedOnce()

    const response = await world.client.fetch(me, { method: 'POST', body: body() })

    expect(response.status).toBe(200)
    expect(await arrived(world)).toEqual([
      [type, text],
      [type, text],
    ])
  })

  it("keeps the caller's content type in both sends (rule 9)", async () => {
    const world = await refusedOnce()

    await world.client.fetch(me, { method: 'POST', body: '{}', headers: { 'Content-Type': 'application/json' } })

    expect(await arrived(world)).toEqual([
      ['application/json', '{}'],
      ['application/json', '{}'],
    ])
  })

  it('arrives whole in both sends, each readable by its own boundary: FormData (rule 9, F83)', async () => {
    const world = await refusedOnce()

    const response = await world.client.fetch(me, { method: 'POST', body: form() })

    expect(response.status).toBe(200)
    const sends = await arrived(world)
    expect(sends).toHaveLength(2)
    for (const [type, text] of sends) {
      const data = await new Response(text, { headers: { 'Content-Type': type ?? '' } }).formData()
      const file = data.get('file') as File
      expect([data.get('a'), file.name, file.type, await file.text()]).toEqual(['1', 'hello.txt', 'text/x-own', 'hello'])
    }
  })

  it('arrives whole in both sends, where it is a form of whichever package the fetch is of (rule 9)', async () => {
    class Form {
      readonly fields: [string, string][] = []
      append(name: string, value: string): void {
        this.fields.push([name, value])
      }
      [Symbol.iterator]() {
        return this.fields[Symbol.iterator]()
      }
    }
    const body = new Form()
    body.append('a', '1')
    const sent: unknown[] = []
    const client = new AuthenticatedClient({
      baseUrl: 'https://api.example.com',
      grant: async () => ({ accessToken: 'newer' }),
      fetch: async (_, init) => {
        sent.push(Array.from(init?.body as unknown as Form))
        return new Response(null, { status: sent.length === 1 ? 401 : 200 })
      },
    })
    await client.setTokens({ accessToken: 'older' })

    const { status } = await client.fetch('/me', { method: 'POST', body: body as never })

    expect(status).toBe(200)
    expect(sent).toEqual([[['a', '1']], [['a', '1']]])
  })

  const changes: readonly (readonly [string, () => readonly [BodyInit, () => void]])[] = [
    [
      'URLSearchParams that grow (F83)',
      () => {
        const body = new URLSearchParams('a=hello')
        return [body, () => body.append('b', 'more')]
      },
    ],
    [
      'FormData that changes (F83)',
      () => {
        const body = new FormData()
        body.set('a', 'hello')
        return [body, () => body.set('a', 'other')]
      },
    ],
    [
      'an ArrayBuffer that is overwritten (F84)',
      () => {
        const bytes = encode('a=hello')
        return [bytes.buffer, () => bytes.fill(0)]
      },
    ],
    [
      'an ArrayBuffer that is transferred (F84)',
      () => {
        const { buffer } = encode('a=hello')
        return [buffer, () => structuredClone(buffer, { transfer: [buffer] })]
      },
    ],
    [
      'a view that is overwritten (F84)',
      () => {
        const bytes = encode('..a=hello..')
        return [bytes.subarray(2, 9), () => bytes.fill(0)]
      },
    ],
    [
      'a view whose buffer is transferred (F84)',
      () => {
        const bytes = encode('..a=hello..')
        return [bytes.subarray(2, 9), () => structuredClone(bytes.buffer, { transfer: [bytes.buffer] })]
      },
    ],
  ]

  it.each(changes)('is replayed as it was when client.fetch was called: %s (rule 9)', async (_, make) => {
    const world = await refusedOnce()
    const [body, change] = make()

    const call = world.client.fetch(me, { method: 'POST', body })
    change()
    const response = await call

    expect(response.status).toBe(200)
    const [first, second] = (await arrived(world)).map(([, text]) => text)
    expect(first).toContain('hello')
    expect(withoutBoundary(second)).toBe(withoutBoundary(first))
  })

  it.each(changes)('is sent as it was when client.fetch was called, though the call waited for a refresh: %s (rule 9)', async (_, make) => {
    const world = await expired()
    const [body, change] = make()

    const call = world.client.fetch(me, { method: 'POST', body })
    change()
    const response = await call

    expect(response.status).toBe(200)
    expect(world.authorizations()).toEqual(['Bearer access-2'])
    const [[, text]] = (await arrived(world)) as [readonly [null, string]]
    expect(text).toContain('hello')
    expect(text).not.toContain('more')
  })
})

const oneShots: readonly (readonly [string, () => BodyInit])[] = [
  ['a ReadableStream (F85)', () => stream('hel', 'lo')],
  ['the stream of a Blob (F85)', () => new Blob(['hello']).stream()],
  ['an async generator (F86)', () => chunks() as unknown as BodyInit],
  ['an async iterable (F86)', () => ({ [Symbol.asyncIterator]: chunks }) as unknown as BodyInit],
  ['a stream of Node (F86)', () => Readable.from([encode('hel'), encode('lo')]) as unknown as BodyInit],
]

describe('a body that can be sent once', () => {
  const once = (body: BodyInit): RequestInit => ({ method: 'POST', body, duplex: 'half' }) as RequestInit

  it.each(oneShots)('arrives whole: %s', async (_, body) => {
    const world = await signedIn()

    const response = await world.client.fetch(me, once(body()))

    expect(response.status).toBe(200)
    expect((await arrived(world)).map(([, text]) => text)).toEqual(['hello'])
  })

  it.each(oneShots)('is never sent again, neither short nor empty; its 401 comes back unread: %s (rule 9)', async (_, body) => {
    const world = await signedIn()
    const answer = unauthorized(refused)
    world.service.next(async ({ text }) => {
      await text
      return answer
    })

    const response = await world.client.fetch(me, once(body()))
    await quiet()

    expect(response).toBe(answer)
    expect(response.bodyUsed).toBe(false)
    expect((await arrived(world)).map(([, text]) => text)).toEqual(['hello'])
  })

  it('is also a stream of Node that can only be piped, as form-data is to node-fetch (F86)', async () => {
    const body = { pipe() {} } as unknown as BodyInit
    const sent: unknown[] = []
    const { client } = await signedIn({
      fetch: async (input, init) => {
        if (String(input).endsWith('/token')) return json(200, { access_token: 'access-2', token_type: 'Bearer' })
        sent.push(init?.body)
        return unauthorized(refused)
      },
    })

    expect((await client.fetch(me, once(body))).status).toBe(401)
    expect(sent).toEqual([body])
  })

  it.each(oneShots)('leaves a refresh in the background behind, so that the next call works: %s (rule 9)', async (_, body) => {
    const world = await refusedOnce()
    await world.client.fetch(me, once(body()))
    await quiet()
    const { refreshes } = world.login

    const response = await world.client.fetch(me, once(body()))

    expect(refreshes).toBe(1)
    expect(response.status).toBe(200)
    expect(world.authorizations()).toEqual(['Bearer access-1', 'Bearer access-2'])
    expect((await arrived(world)).map(([, text]) => text)).toEqual(['hello', 'hello'])
  })

  it('waits for a refresh under way, which a 401 may have begun: the token is not known to be good (rule 9, F86)', async () => {
    const world = await refusedOnce()
    const answer = deferred<undefined>()
    world.login.next(() => answer.promise)
    const first = await world.client.fetch(me, once(stream('a')))
    const second = world.client.fetch(me, once(stream('b')))
    await quiet()

    answer.resolve(undefined)

    expect([first.status, (await second).status]).toEqual([401, 200])
    expect(world.authorizations()).toEqual(['Bearer access-1', 'Bearer access-2'])
  })

  it.each(oneShots)('waits for a fresh token where the token is spent: %s (rule 9)', async (_, body) => {
    const world = await expired()

    const response = await world.client.fetch(me, once(body()))

    expect(response.status).toBe(200)
    expect(world.authorizations()).toEqual(['Bearer access-2'])
    expect((await arrived(world)).map(([, text]) => text)).toEqual(['hello'])
  })

  it('waits for a fresh token where the token is nearly spent; one that can be sent twice does not (rule 9)', async () => {
    const [patient, eager] = [await signedIn({ expiryLeeway: 30_000 }), await signedIn({ expiryLeeway: 30_000 })]
    for (const { clock } of [patient, eager]) clock.jump(3600_000 - 30_001)

    await patient.client.fetch(me, once(stream('hello')))
    await eager.client.fetch(me, { method: 'POST', body: 'hello' })

    expect(patient.authorizations()).toEqual(['Bearer access-2'])
    expect(eager.authorizations()).toEqual(['Bearer access-1'])
  })

  it('goes out with a token that is nearly spent while a refresh is unavailable', async () => {
    const world = await signedIn({ expiryLeeway: 30_000 })
    world.clock.jump(3600_000 - 20_000)
    world.login.next(() => json(503, {}))

    const response = await passing(world.clock, world.client.fetch(me, once(stream('hello'))), 0)

    expect(response.status).toBe(200)
    expect(world.login.tokenRequests).toHaveLength(1)
    expect(world.authorizations()).toEqual(['Bearer access-1'])
  })

  it('gets its own 401 where a call would be rejected inside a cool-down (row 14, rule 9)', async () => {
    const world = await refusedOnce()
    world.login.next(() => json(503, {}))
    await passing(world.clock, world.client.fetch(me), 0).catch(() => {})
    const asked = world.login.tokenRequests.length

    const response = await world.client.fetch(me, once(stream('hello')))
    await quiet()

    expect(response.status).toBe(401)
    expect(world.login.tokenRequests).toHaveLength(asked)
  })

  it('gets its own 401 though newer credentials are here already (row 7, rule 9)', async () => {
    const world = await refusedOnce()
    let release = (): void => {}
    world.service.next(async ({ text }) => {
      await text
      await new Promise<void>((resolve) => {
        release = resolve
      })
      return unauthorized(refused)
    })
    const late = world.client.fetch(me, once(stream('hello')))
    await quiet()
    await world.client.fetch(me)

    release()
    const response = await late

    expect(response.status).toBe(401)
    expect((await arrived(world)).map(([, text]) => text)).toEqual(['hello', '', ''])
  })

  it('gets its own 401 where the scheme could answer with the same credentials, and nothing is refreshed (row 8, rule 9)', async () => {
    const world = await signedIn({
      scheme: {
        name: 'Nonce',
        headers: ['authorization'],
        usesTokens: true,
        attach: (request, tokens) => request.headers.set('authorization', `Nonce ${tokens?.accessToken}`),
        answer: () => 'replay',
      },
    })
    const answer = unauthorized('Nonce nonce="1"')
    world.service.next(() => answer)

    const response = await world.client.fetch(me, once(stream('hello')))
    await quiet()

    expect(response).toBe(answer)
    expect(response.bodyUsed).toBe(false)
    expect(world.service.requests).toHaveLength(1)
    expect(world.login.tokenRequests).toHaveLength(0)
  })

  it('gets its own 200 that isUnauthorized calls a refusal, and the next call has a new token (F78, rule 9)', async () => {
    const world = await signedIn({ isUnauthorized: async (response) => (await response.clone().text()) === 'unauthenticated' })
    const answer = new Response('unauthenticated')
    world.service.next(() => answer)

    const response = await world.client.fetch(me, once(stream('hello')))
    await quiet()
    await world.client.fetch(me)

    expect(response).toBe(answer)
    expect(await response.text()).toBe('unauthenticated')
    expect(world.authorizations()).toEqual(['Bearer access-1', 'Bearer access-2'])
  })

  it('leaves a refresh behind that may fail without anybody waiting for it (F99)', async () => {
    const world = await refusedOnce()
    world.login.next(() => json(503, {}))

    const response = await world.client.fetch(me, once(stream('hello')))
    await quiet()

    expect(response.status).toBe(401)
    expect(world.login.tokenRequests).toHaveLength(1)
    expect(world.client.state.status).toBe('authenticated')
  })

  it('gets a 401 that comes while it is still going out, at once (F81)', async () => {
    const world = await signedIn()
    const answer = unauthorized(refused)
    world.service.next(() => answer)
    const endless = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(encode('hel')) })

    const response = await world.client.fetch(me, once(endless))
    await quiet()

    expect(response).toBe(answer)
    expect(world.service.requests).toHaveLength(1)
  })

  it('that breaks rejects the call with its own error, and leaves the session alone (F89)', async () => {
    const world = await signedIn()
    const failure = new Error('the file is gone')
    const broken = new ReadableStream({ start: (controller) => controller.error(failure) })

    await expect(world.client.fetch(me, once(broken))).rejects.toBe(failure)

    expect(world.client.state.status).toBe('authenticated')
    expect(world.login.tokenRequests).toHaveLength(0)
  })

  it('rejects with a TypeError without duplex, as fetch does (F91)', async () => {
    const world = await signedIn()

    await expect(world.client.fetch(me, { method: 'POST', body: stream('hello') })).rejects.toThrow(TypeError)

    expect(world.service.requests).toHaveLength(0)
  })

  it('rejects with a TypeError where somebody else reads it, as fetch does (F85)', async () => {
    const world = await signedIn()
    const body = stream('hello')
    body.getReader()

    await expect(world.client.fetch(me, once(body))).rejects.toThrow(TypeError)

    expect(world.service.requests).toHaveLength(0)
  })
})

describe('the body of a Request', () => {
  const post = (body: BodyInit): Request => new Request(me, { method: 'POST', body, duplex: 'half' } as RequestInit)

  it.each([
    ['a string', () => post('hello')],
    ['a Blob', () => post(new Blob(['hello']))],
    ['bytes', () => post(encode('hello'))],
    ['a stream', () => post(stream('hel', 'lo'))],
  ])('arrives whole in both sends: %s (rule 9)', async (_, request) => {
    const world = await refusedOnce()

    const response = await world.client.fetch(request())

    expect(response.status).toBe(200)
    expect((await arrived(world)).map(([, text]) => text)).toEqual(['hello', 'hello'])
  })

  it('keeps its content type in both sends: FormData (rule 9)', async () => {
    const world = await refusedOnce()

    await world.client.fetch(post(form()))

    const sends = await arrived(world)
    expect(sends).toHaveLength(2)
    for (const [type, text] of sends) {
      const data = await new Response(text, { headers: { 'Content-Type': type ?? '' } }).formData()
      expect(data.get('a')).toBe('1')
    }
  })

  it('is replayed up to 1 MiB (rule 9, F88)', async () => {
    const world = await refusedOnce()

    const response = await world.client.fetch(post('x'.repeat(mebibyte)))

    expect(response.status).toBe(200)
    expect((await arrived(world)).map(([, text]) => text.length)).toEqual([mebibyte, mebibyte])
  })

  it.each([mebibyte + 1, 3 * mebibyte])('is one-shot beyond: %i bytes arrive once, and the 401 comes back (rule 9, F88)', async (size) => {
    const world = await refusedOnce()

    const response = await world.client.fetch(post('x'.repeat(size)))
    await quiet()

    expect(response.status).toBe(401)
    expect(response.bodyUsed).toBe(false)
    expect((await arrived(world)).map(([, text]) => text.length)).toEqual([size])
    expect(world.login.refreshes).toBe(1)
    expect((await world.client.fetch(me)).status).toBe(200)
    expect(world.service.requests).toHaveLength(2)
  })

  it('is one-shot where it streams beyond 1 MiB (rule 9, F88)', async () => {
    const world = await refusedOnce()
    const part = 'x'.repeat(mebibyte / 4)

    const response = await world.client.fetch(post(stream(part, part, part, part, part)))

    expect(response.status).toBe(401)
    expect((await arrived(world)).map(([, text]) => text.length)).toEqual([5 * part.length])
  })

  it('is never replayed short: a 401 that comes while it is still going out is given back (rule 9, F81)', async () => {
    const world = await signedIn()
    world.service.next(() => unauthorized(refused))
    const endless = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(encode('hel')) })

    let response: Response | undefined
    void world.client.fetch(post(endless)).then((answer) => {
      response = answer
    })
    await world.clock.advance(30_000)

    expect(response?.status).toBe(401)
    expect(world.service.requests).toHaveLength(1)
  })

  it('rejects with a TypeError where it was read before, as fetch does, and nothing is sent (F87)', async () => {
    const world = await signedIn()
    const request = post('hello')
    await request.text()

    await expect(world.client.fetch(request)).rejects.toThrow(TypeError)

    expect(world.service.requests).toHaveLength(0)
  })

  it('rejects with a TypeError where it was read before, though the token has to be refreshed first (F87)', async () => {
    const world = await expired()
    const request = post('hello')
    await request.text()

    await expect(world.client.fetch(request)).rejects.toThrow(TypeError)

    expect(world.service.requests).toHaveLength(0)
  })

  it('arrives whole after the call has waited for a refresh', async () => {
    const world = await expired()

    const response = await world.client.fetch(post('hello'))

    expect(response.status).toBe(200)
    expect(await arrived(world)).toEqual([['text/plain;charset=UTF-8', 'hello']])
  })

  it('that breaks rejects the call with its own error (F89)', async () => {
    const world = await signedIn()
    const failure = new Error('the file is gone')

    await expect(world.client.fetch(post(new ReadableStream({ start: (controller) => controller.error(failure) })))).rejects.toBe(failure)

    expect(world.client.state.status).toBe('authenticated')
  })
})

/** A multipart body may have another boundary in each send. */
function withoutBoundary(text: string | undefined): string | undefined {
  return text?.replace(/-{4,}\S*/g, '')
}
