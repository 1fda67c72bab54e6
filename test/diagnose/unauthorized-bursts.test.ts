import { AuthenticatedClient } from 'authenticated-client'
import { type DiagnosedEvent, type UnauthorizedBurstEvent, unauthorizedBursts } from 'authenticated-client/diagnose'
import { api, authorizationServer, quiet, testFetch } from 'authenticated-client/testing'
import { describe, expect, it } from 'vitest'
import { jwt } from './fixtures'

describe('unauthorizedBursts', () => {
  it('says nothing of a few refusals', () => {
    const { bursts, onEvent } = listening()

    for (let n = 0; n < 4; n += 1) onEvent(refused(n * 10, 'token-expired'))

    expect(bursts).toEqual([])
  })

  it.each([
    ['unknown-key', 'key-rotation'],
    ['invalid-signature', 'key-rotation'],
    ['token-revoked', 'deploy'],
    ['wrong-audience', 'deploy'],
    ['login-page', 'outage'],
    ['csrf', 'csrf'],
  ])('reports many refusals once, and what cause they share: %s is %s', (cause, shared) => {
    const { bursts, onEvent } = listening()

    for (let n = 0; n < 50; n += 1) onEvent(refused(n * 10, cause))

    expect(bursts).toEqual([{ type: 'unauthorized-burst', at: 40, cause: shared, share: 1, count: 5, interval: 1000 }])
  })

  it('calls it mixed where no cause has more than half', () => {
    const { bursts, onEvent } = listening()

    for (let n = 0; n < 6; n += 1) onEvent(refused(n, ['csrf', 'api-key', 'token-expired'][n % 3] ?? ''))

    expect(bursts).toMatchObject([{ cause: 'mixed', share: 0.4 }])
  })

  it('takes refreshes that find no authorization server for an outage', () => {
    const { bursts, onEvent } = listening()

    for (let n = 0; n < 5; n += 1) onEvent({ type: 'refresh-ended', outcome: 'unavailable', at: n })

    expect(bursts).toMatchObject([{ cause: 'outage' }])
  })

  it('forgets what is older than the interval, and reports again after it', () => {
    const { bursts, onEvent } = listening()

    for (let n = 0; n < 10; n += 1) onEvent(refused(n * 400, 'csrf')) // Never five in a second.
    for (let n = 0; n < 10; n += 1) onEvent(refused(10_000 + n * 150, 'csrf'))

    expect(bursts.map(({ at }) => at)).toEqual([10_600])
    for (let n = 0; n < 5; n += 1) onEvent(refused(20_000 + n, 'csrf'))
    expect(bursts.map(({ at }) => at)).toEqual([10_600, 20_004])
  })

  it('reports a burst even after the clock was set back', () => {
    const { bursts, onEvent } = listening()
    for (let n = 0; n < 5; n += 1) onEvent(refused(7_200_000 + n, 'csrf'))

    for (let n = 0; n < 5; n += 1) onEvent(refused(n, 'csrf'))

    expect(bursts).toMatchObject([{ count: 5 }, { at: 4, count: 5 }])
  })

  it('waits for as many as it is asked to, above a thousand too', () => {
    const bursts: unknown[] = []
    const onEvent = unauthorizedBursts((event) => event.type === 'unauthorized-burst' && bursts.push(event), { count: 1500 })

    for (let n = 0; n < 1500; n += 1) onEvent(refused(n, 'csrf'))

    expect(bursts).toMatchObject([{ at: 1499, count: 1500 }])
  })

  it('keeps a thousand refusals at most, so that a flood fills no memory', () => {
    const bursts: unknown[] = []
    const onEvent = unauthorizedBursts((event) => event.type === 'unauthorized-burst' && bursts.push(event))

    for (let n = 0; n < 1500; n += 1) onEvent(refused(9_000 + n, 'csrf'))
    for (let n = 0; n < 1500; n += 1) onEvent(refused(17_600 + n, 'csrf'))

    expect(bursts).toMatchObject([{ count: 20 }, { at: 19_019, count: 1000 }])
  })

  it.each(['at once', 'later'])('still reports a burst to a handler that throws %s', async (when) => {
    const heard: string[] = []
    const onEvent = unauthorizedBursts<DiagnosedEvent & { at: number }>(
      ({ type }) => {
        heard.push(type)
        if (when === 'at once') throw new Error('The log is full')
        return Promise.reject(new Error('The log is full'))
      },
      { count: 2, interval: 1000 },
    )

    for (const at of [1, 2])
      await Promise.resolve(at)
        .then((at) => onEvent(refused(at, 'csrf')))
        .catch(() => {})

    expect(heard).toEqual(['decision', 'decision', 'unauthorized-burst'])
  })

  it('passes every event on', () => {
    const heard: unknown[] = []
    const onEvent = unauthorizedBursts((event) => void heard.push(event))

    onEvent({ type: 'session-changed', at: 1 })

    expect(heard).toEqual([{ type: 'session-changed', at: 1 }])
  })

  it('treats null as an option that is not there', () => {
    const bursts: unknown[] = []
    const absent = { count: null, interval: null, expected: null }
    const onEvent = unauthorizedBursts((event) => event.type === 'unauthorized-burst' && bursts.push(event), absent)

    for (let n = 0; n < 20; n += 1) onEvent({ ...refused(n, 'csrf') })

    expect(bursts).toMatchObject([{ count: 20, interval: 10_000 }])
  })

  it('diagnoses an answer where null is what the API takes', async () => {
    const { inspect } = unauthorizedBursts(() => {}, { expected: null })

    expect(await inspect({ response: new Response(null, { status: 401 }), tokens: { accessToken: jwt({ aud: 'a' }) } })).toMatchObject({
      cause: 'challenge-missing',
    })
  })

  it.each([{ count: 0 }, { interval: -1 }, { count: Number.NaN }])('refuses %o', (options) => {
    expect(() => unauthorizedBursts(() => {}, options)).toThrow(TypeError)
  })

  it.each([
    ['no matching key found in the JWKS', 'key-rotation'],
    ['The token has no expiration', 'unknown'],
  ])('finds what the refusals of a real client share: “%s”', async (description, cause) => {
    const login = authorizationServer()
    const shop = api({ authorizationServer: login })
    const { bursts, onEvent } = listening()
    const client = new AuthenticatedClient({
      tokenEndpoint: login.tokenEndpoint,
      clientId: 'web',
      allowedOrigins: [shop.origin],
      fetch: testFetch(login, shop),
      onEvent,
    })
    await client.setTokens({ ...login.signIn(), accessToken: jwt({ exp: Date.now() / 1000 + 600 }) })
    const challenge = `Bearer error="invalid_token", error_description="${description}"`
    shop.next(...Array(8).fill(() => new Response(null, { status: 401, headers: { 'www-authenticate': challenge } })))

    await Promise.all(Array.from({ length: 8 }, () => client.fetch(`${shop.origin}/me`)))
    await quiet()

    expect(bursts).toMatchObject([{ cause, share: 1 }])
  })
})

const refused = (at: number, cause: string) => ({ type: 'decision', status: 401, at, diagnosis: { cause } })

function listening() {
  const bursts: UnauthorizedBurstEvent[] = []
  const onEvent = unauthorizedBursts<DiagnosedEvent & { at: number }>(
    (event) => {
      if (event.type === 'unauthorized-burst') bursts.push(event as UnauthorizedBurstEvent)
    },
    { count: 5, interval: 1000 },
  )
  return { bursts, onEvent }
}
