import { AuthenticatedClient, type AuthScheme, type ClientEvent, cookieSession, type TokenSet } from 'authenticated-client'
import { type Diagnosis, diagnose, diagnosed } from 'authenticated-client/diagnose'
import { api, authorizationServer, quiet, refusal, testFetch } from 'authenticated-client/testing'
import { describe, expect, it, vi } from 'vitest'
import { fixtures, jwt, now, secrets } from './fixtures'

describe('the event alone', () => {
  it.each(fixtures)('says $cause from $of, as all the evidence does', async ({ cause, input }) => {
    const event = await eventOf(input)

    expect(diagnose({ event }).cause).toBe(cause)
  })

  it.each(fixtures)('holds no secret of $cause from $of', async ({ input }) => {
    const text = JSON.stringify(await eventOf(input))

    for (const secret of secrets) expect(text).not.toContain(secret)
    expect(text).not.toMatch(/eyJ/)
  })
})

describe('diagnosed', () => {
  it('finds from the token that was sent why it was refused, and leaves the body to the app', async () => {
    const { client, heard } = signedIn({ status: 401, body: '{"message":"Invalid signature"}', type: 'application/json' })
    await client.setTokens({ accessToken: jwt({ exp: now / 1000 + 600, aud: 'https://api.example' }) })

    const response = await client.fetch('/orders?secret=hunter2')

    expect(await response.json()).toEqual({ message: 'Invalid signature' })
    expect(heard).toMatchObject([{ type: 'decision', status: 401, diagnosis: { cause: 'invalid-signature' } }])
    expect(JSON.stringify(heard)).not.toMatch(/hunter2|eyJ/)
  })

  it('knows by its own clock how far the server’s is off', async () => {
    const { client, heard } = signedIn({ status: 401, date: now - 900_000 })
    await client.setTokens({ accessToken: jwt({ exp: now / 1000 + 600, nbf: now / 1000 - 60 }) })

    await client.fetch('/orders')

    expect(causes(heard).flat()).toContain('token-not-yet-valid')
    expect(heard[0]?.diagnosis.alternatives.map(({ cause }) => cause)).toContain('clock-skew')
  })

  it.each(['GET', 'POST'])(
    'takes a refused %s of a cookie session for one whose session is over, though no cookie is seen',
    async (method) => {
      const scheme = cookieSession({ csrf: { header: 'X-CSRF-Token', value: 'proof' } })
      const { client, heard } = signedIn({ status: 401, body: '{"error":"unauthenticated"}', type: 'application/json', scheme })
      await client.setTokens({ sessionId: 'session-1', counter: 0 })

      await client.fetch('/orders', { method })

      expect(heard).toMatchObject([{ diagnosis: { cause: 'session-cookie', confidence: 'likely' } }])
    },
  )

  it.each([
    ['its options', 'https://api.example/orders', { credentials: 'include' }],
    ['a Request', new Request('https://api.example/orders', { credentials: 'include' }), undefined],
  ] as const)('knows that cookies were sent where the caller itself has asked for it, in %s', async (_, input, init) => {
    const { client, heard } = signedIn({ status: 401, scheme: cookieSession() })
    await client.setTokens({ sessionId: 'session-1', counter: 0 })

    await client.fetch(input, init)

    expect(heard).toMatchObject([{ diagnosis: { cause: 'session-cookie' } }])
  })

  it('sees that the caller left the cookie of a session out', async () => {
    const { client, heard } = signedIn({ status: 401, scheme: cookieSession() })
    await client.setTokens({ sessionId: 'session-1', counter: 0 })

    await client.fetch(new Request('https://api.example/orders', { credentials: 'omit' }))

    expect(heard[0]?.diagnosis).toMatchObject({ cause: 'credentials-missing', confidence: 'certain' })
  })

  it('waits half a second at most for a body that does not end', async () => {
    const endless = new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('{')) })
    const { client, heard } = signedIn({ status: 401, body: endless, type: 'application/json' })

    const response = await client.fetch('/orders')

    expect(response.status).toBe(401)
    expect(heard).toHaveLength(1)
  })

  it('does not hold on to a body that does not end: when the app cancels it, its source is cancelled', async () => {
    const source = vi.fn()
    const endless = new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('{')), cancel: source })
    const { client } = signedIn({ status: 401, body: endless, type: 'application/json' })
    const response = await client.fetch('/orders')

    response.body?.cancel()
    await quiet()

    expect(source).toHaveBeenCalledOnce()
  })

  it('costs nothing where the answer is no refusal', async () => {
    const { client, heard } = signedIn({ status: 200 })

    await client.fetch('/orders')

    expect(heard).toEqual([])
  })

  it('reports the response at once, even if the caller leaves while the diagnosis is made', async () => {
    const told: string[] = []
    const onEvent = Object.assign((event: ClientEvent) => told.push(event.type), { inspect: () => new Promise(() => {}) })
    const client = new AuthenticatedClient({
      baseUrl: 'https://api.example',
      fetch: async () => new Response(null, { status: 401 }),
      onEvent,
    })
    const leaving = new AbortController()

    const call = client.fetch('/orders', { signal: leaving.signal }).catch((error: unknown) => error)
    await quiet()
    const before = [...told]
    leaving.abort(new Error('The user has left'))

    expect(await call).toEqual(new Error('The user has left'))
    expect(before).toEqual(['session-changed', 'request', 'response'])
  })

  it('gives the handler a copy to look at: what is changed there changes nothing that is sent', async () => {
    const sent: (string | null)[] = []
    let tokens: TokenSet = { accessToken: 'access-1', refreshToken: 'refresh-1' }
    const client = new AuthenticatedClient({
      baseUrl: 'https://api.example',
      getTokens: () => tokens,
      saveTokens: (next) => {
        tokens = next
      },
      grant: async () => ({ accessToken: 'access-2' }),
      fetch: async (_, init) => {
        const headers = new Headers(init?.headers)
        sent.push(headers.get('authorization'), headers.get('x-own'))
        return new Response(null, { status: sent.length > 2 ? 200 : 401 })
      },
      onEvent: Object.assign(() => {}, {
        inspect: ({ request }: { request: { headers: Headers } }) => {
          request.headers.set('authorization', 'Bearer stolen')
          request.headers.set('x-own', 'changed')
        },
      }),
    })

    const { status } = await client.fetch('/orders', { headers: { 'x-own': 'mine' } })

    expect(status).toBe(200)
    expect(sent).toEqual(['Bearer access-1', 'mine', 'Bearer access-2', 'mine'])
  })

  it.each(['at once', 'later'])('lets no handler that throws %s reach the process, nor the call', async (when) => {
    const fail = (): unknown => {
      if (when === 'at once') throw new Error('The log is full')
      return Promise.reject(new Error('The log is full'))
    }
    const login = authorizationServer()
    const shop = api({ authorizationServer: login })
    const client = new AuthenticatedClient({
      tokenEndpoint: login.tokenEndpoint,
      clientId: 'web',
      allowedOrigins: ['https://app.example.com'],
      fetch: testFetch(login, shop),
      onEvent: diagnosed(fail),
    })
    await client.setTokens(login.signIn())

    // Vitest fails a run with an unhandled rejection.
    const response = await client.forResource({ resource: shop.origin }).fetch(`${shop.origin}/me`)
    await quiet()

    expect(response.status).toBe(200)
  })

  it('reports what a client for one resource meets, too', async () => {
    const login = authorizationServer()
    const shop = api({ authorizationServer: login, refusal: 'insufficient-scope' })
    const heard: Diagnosis[] = []
    const client = new AuthenticatedClient({
      tokenEndpoint: login.tokenEndpoint,
      clientId: 'web',
      allowedOrigins: ['https://app.example.com'],
      fetch: testFetch(login, shop),
      onEvent: diagnosed<ClientEvent>((event) => event.type === 'decision' && event.diagnosis && heard.push(event.diagnosis as Diagnosis)),
    })
    await client.setTokens(login.signIn())
    shop.next(refusal('insufficient-scope'))

    await client.forResource({ resource: shop.origin }).fetch(`${shop.origin}/me`)
    await quiet()

    expect(heard.map(({ cause }) => cause)).toEqual(['insufficient-scope'])
  })

  it('diagnoses an answer whose body somebody reads already, by its headers', async () => {
    const headers = { 'content-type': 'application/json', 'www-authenticate': 'Bearer error="insufficient_scope"' }
    const response = new Response('{}', { status: 403, headers })
    response.body?.getReader()

    expect(await diagnosed(() => {}).inspect({ response })).toMatchObject({ cause: 'insufficient-scope' })
  })
})

async function eventOf({ response, event, ...input }: (typeof fixtures)[number]['input']) {
  if (!response) return event ?? { type: 'request-started' }
  const { status, headers } = response
  const whole = new Response(input.body ?? null, { status, headers: headers as Headers })
  if (input.body && !headers.get('content-type')) whole.headers.set('content-type', 'application/json')
  Object.defineProperty(whole, 'type', { value: response.type ?? 'default' })
  const { inspect } = diagnosed(() => {}, input.expected)
  return { type: 'decision', status, diagnosis: await inspect({ ...input, response: whole }) }
}

interface Heard {
  readonly type: string
  readonly diagnosis: Diagnosis
}

function signedIn(answer: { status: number; body?: BodyInit; type?: string; date?: number; scheme?: AuthScheme }) {
  const heard: Heard[] = []
  const headers = { date: new Date(answer.date ?? now).toUTCString(), ...(answer.type && { 'content-type': answer.type }) }
  const client = new AuthenticatedClient({
    baseUrl: 'https://api.example',
    scheme: answer.scheme,
    clock: { now: () => now, sleep: () => new Promise<void>(() => {}), random: () => 0.5 },
    fetch: async () => new Response(answer.body ?? null, { status: answer.status, headers }),
    onEvent: diagnosed<ClientEvent>((event) => {
      if (event.type === 'decision' && event.diagnosis) heard.push(event as Heard)
    }),
  })
  return { client, heard }
}

function causes(heard: readonly Heard[]): readonly string[][] {
  return heard.map(({ diagnosis }) => [diagnosis.cause, ...diagnosis.alternatives.map(({ cause }) => cause)])
}
