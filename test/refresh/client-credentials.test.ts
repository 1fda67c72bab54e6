import { inspect } from 'node:util'
import {
  AuthenticatedClient,
  type AuthenticatedClientOptions,
  type ClientEvent,
  clientCredentialsGrant,
  clientSecretBasic,
  clientSecretPost,
  isAuthError,
  type StoredSession,
  sameTokens,
} from 'authenticated-client'
import { describe, expect, it } from 'vitest'
import { api, authorizationServer, json, network, unauthorized } from '../support/authorization-server.ts'
import { quiet, testClock } from '../support/clock.ts'
import { calls, inTime, rejection, shown, tokenEndpoint, url } from './signed-in.ts'

describe('a service that gets tokens for itself', () => {
  it('gets one before its first call, and keeps it', async () => {
    const { client, login, resource } = service()

    const first = await client.fetch('/invoices')
    await client.fetch('/invoices')

    expect(first.status).toBe(200)
    expect(login.tokenRequests).toHaveLength(1)
    expect(shown(resource)).toEqual(['access-1', 'access-1'])
    expect(resource.requests[0]?.url).toBe('https://api.example.com/invoices')
  })

  it('asks for it as RFC 6749 §4.4 says', async () => {
    const { client, login } = service()

    await client.fetch(url)

    const [request] = login.tokenRequests
    expect(request?.method).toBe('POST')
    expect(request?.headers.get('content-type')).toMatch(/^application\/x-www-form-urlencoded/)
    expect(request?.headers.get('authorization')).toBe(`Basic ${btoa('billing:secret')}`)
    const form = new URLSearchParams(await request?.text)
    expect(form.get('grant_type')).toBe('client_credentials')
    expect(form.get('scope')).toBe('invoices')
    expect(form.has('refresh_token')).toBe(false)
    expect(form.has('client_secret')).toBe(false)
  })

  it('can say its secret in the body', async () => {
    const { client, login } = service({
      grant: clientCredentialsGrant({ tokenEndpoint, clientId: 'billing', clientAuthentication: clientSecretPost('secret') }),
    })

    await client.fetch(url)

    const [request] = login.tokenRequests
    const form = new URLSearchParams(await request?.text)
    expect(Object.fromEntries(form)).toEqual({ grant_type: 'client_credentials', client_id: 'billing', client_secret: 'secret' })
    expect(request?.headers.has('authorization')).toBe(false)
  })

  it('sends one token request for 1,000 first calls at once', async () => {
    const { client, clock, login, resource } = service()

    const responses = await inTime(clock, Promise.all(calls(client, 1000)))

    expect(responses.every(({ status }) => status === 200)).toBe(true)
    expect(login.tokenRequests).toHaveLength(1)
    expect(resource.requests).toHaveLength(1000)
  })

  it('gets a new one when it is spent', async () => {
    const { client, clock, login, resource } = service()
    await client.fetch(url)

    await clock.advance(3_600_000 - 20_000)
    const responses = await inTime(clock, Promise.all(calls(client, 10)))

    expect(responses.map(({ status }) => status)).toEqual(Array(10).fill(200))
    expect(login.tokenRequests).toHaveLength(2)
    expect(new Set(shown(resource))).toEqual(new Set(['access-1', 'access-2']))
  })

  it('gets a new one when it is refused, and sends the call again', async () => {
    const { client, clock, login, resource } = service()
    await client.fetch(url)
    login.spoilAccessTokens()

    const responses = await inTime(clock, Promise.all(calls(client, 10)))

    expect(responses.map(({ status }) => status)).toEqual(Array(10).fill(200))
    expect(login.tokenRequests).toHaveLength(2)
    expect(resource.requests).toHaveLength(1 + 20)
  })

  it.each([
    ['is idle', 0, undefined],
    ['waits for the answer to a call', 0, 'refused'],
    ['waits for a new token', 3_590_000, undefined],
  ] as const)('hears of no sign-out, and goes on, where a shared store loses its token while it %s', async (_, later, answer) => {
    const logouts: unknown[] = []
    let cell: StoredSession | null = null
    let isSlow = false
    const { client, login, resource, clock } = service({
      onLogout: (event) => void logouts.push(event),
      store: {
        read: async () => {
          if (isSlow) await clock.sleep(2)
          return cell
        },
        write: async (next, expected) => {
          if (!sameTokens(cell, expected)) return false
          cell = next
          return true
        },
      },
    })
    await client.fetch(url)
    clock.jump(later)
    if (answer)
      resource.next(() => {
        cell = null
        return unauthorized('Bearer error="invalid_token"')
      })
    isSlow = true

    const call = client.fetch(url)
    if (!answer) cell = null
    const response = await inTime(clock, call)

    expect([response.status, login.tokenRequests.length, logouts]).toEqual([200, 2, []])
    expect(client.state.status).toBe('authenticated')
  })

  it.each([
    ['', false],
    [', as another call has seen meanwhile', true],
  ])('keeps a token that comes after a shared store has lost the one before%s', async (_, isSeen) => {
    let cell: StoredSession | null = null
    const { client, login, resource, clock } = service({
      store: {
        read: async () => cell,
        write: async (next, expected) => {
          if (!sameTokens(cell, expected)) return false
          cell = next
          return true
        },
      },
    })
    await client.fetch(url)
    clock.jump(3_590_000)
    login.next(async () => {
      cell = null
      if (isSeen) void client.fetch(url).catch(() => {})
      await quiet()
      return undefined
    })

    const token = await inTime(clock, client.getAccessToken())
    await inTime(clock, client.fetch(url))

    expect([token, shown(resource).at(-1), login.tokenRequests.length]).toEqual(['access-2', 'access-2', 2])
    expect(cell).toMatchObject({ accessToken: 'access-2' })
  })

  it('is refused for ever: two sends per call, and the budget holds (F62)', async () => {
    const { client, clock, login, resource } = service()
    resource.always(() => unauthorized('Bearer error="invalid_token"'))

    const statuses: number[] = []
    for (let call = 0; call < 10; call++) statuses.push((await inTime(clock, client.fetch(url))).status)

    expect(statuses).toEqual(Array(10).fill(401))
    expect(login.tokenRequests).toHaveLength(1 + 5)
    expect(client.state.status).not.toBe('ended')
  })

  for (const error of ['invalid_grant', 'invalid_client', 'unauthorized_client', 'invalid_scope']) {
    it(`never loses a session to ${error}: it has none to lose, and it recovers`, async () => {
      const { client, clock, login, logouts } = service()
      login.always(() => json(error === 'invalid_client' ? 401 : 400, { error }))

      const failure = await rejection(inTime(clock, client.fetch(url)))
      const { status } = client.state
      login.always(undefined)
      await clock.advance(10_000)
      const response = await inTime(clock, client.fetch(url))

      expect(isAuthError(failure)).toBe(true)
      expect(status).not.toBe('ended')
      expect(response.status).toBe(200)
      expect(logouts).toEqual([])
    })

    it(`never loses the session it has to ${error}`, async () => {
      const { client, clock, login, logouts } = service()
      await client.fetch(url)
      login.spoilAccessTokens()
      login.always(() => json(error === 'invalid_client' ? 401 : 400, { error }))

      const failure = await rejection(inTime(clock, client.fetch(url)))
      const { status } = client.state
      login.always(undefined)
      await clock.advance(10_000)
      const response = await inTime(clock, client.fetch(url))

      expect(isAuthError(failure)).toBe(true)
      expect(status).toBe('authenticated')
      expect(response.status).toBe(200)
      expect(logouts).toEqual([])
    })
  }

  it('rejects with TokenEndpointError for a wrong secret, and asks once more after each cool-down', async () => {
    const { client, clock, login, resource } = service()
    login.always(() => json(401, { error: 'invalid_client' }))

    const errors = await inTime(clock, Promise.all(calls(client, 10).map(rejection)))
    const later = await rejection(client.fetch(url))

    expect([...errors, later]).toMatchObject(Array(11).fill({ code: 'ERR_TOKEN_ENDPOINT', error: 'invalid_client' }))
    expect(login.tokenRequests).toHaveLength(1)
    expect(resource.requests).toHaveLength(0)
  })

  it('rejects with RefreshUnavailableError while the token endpoint is down, and goes on afterwards', async () => {
    const { client, clock, login, resource } = service()
    login.always(() => json(503, {}))

    const error = await rejection(inTime(clock, client.fetch(url)))
    const sent = resource.requests.length
    login.always(undefined)
    await clock.advance(10_000)
    const response = await inTime(clock, client.fetch(url))

    expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
    expect(sent).toBe(0)
    expect(response.status).toBe(200)
  })

  it('asks for the secret before every token request, so that it can be rolled without a restart', async () => {
    let secret = 'old'
    const { client, clock, login } = service({
      grant: clientCredentialsGrant({ tokenEndpoint, clientId: 'billing', clientAuthentication: clientSecretBasic(async () => secret) }),
    })
    await client.fetch(url)

    secret = 'new'
    login.spoilAccessTokens()
    await inTime(clock, client.fetch(url))

    expect(login.tokenRequests.map(({ headers }) => headers.get('authorization'))).toEqual([
      `Basic ${btoa('billing:old')}`,
      `Basic ${btoa('billing:new')}`,
    ])
  })

  it('shows neither secret nor token in any error or event (rule 13)', async () => {
    const { client, clock, login, events } = service()
    await client.fetch(url)
    login.spoilAccessTokens()
    login.always(() => json(401, { error: 'invalid_client', error_description: 'wrong' }))

    const error = await rejection(inTime(clock, client.fetch(url)))

    const text = inspect([events, error, client.state, client], { depth: 10 })
    expect(text).toContain('invalid_client')
    for (const secret of ['secret', btoa('billing:secret'), 'access-1']) expect(text).not.toContain(secret)
  })
})

function service(options: AuthenticatedClientOptions = {}) {
  const clock = testClock()
  const login = authorizationServer({ clock })
  const resource = api(login)
  const logouts: unknown[] = []
  const events: ClientEvent[] = []
  const client = new AuthenticatedClient({
    baseUrl: 'https://api.example.com',
    grant: clientCredentialsGrant({
      tokenEndpoint,
      clientId: 'billing',
      clientAuthentication: clientSecretBasic('secret'),
      scope: 'invoices',
    }),
    onLogout: (event) => void logouts.push(event),
    onEvent: (event) => void events.push(event),
    fetch: network(login, resource),
    clock,
    ...options,
  })
  return { client, clock, login, resource, logouts, events }
}
