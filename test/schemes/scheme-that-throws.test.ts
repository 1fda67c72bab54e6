import { inspect } from 'node:util'
import { type AuthScheme, bearer } from 'authenticated-client'
import { apiKey } from 'authenticated-client/api-key'
import { basic } from 'authenticated-client/basic'
import { api, authorizationServer, testFetch } from 'authenticated-client/testing'
import { describe, expect, it } from 'vitest'
import { expectQuietProcess } from '../support/quiet-process'
import { clientOf, ok, origin, refuse } from './client'

expectQuietProcess()

const mine = new Error('a mistake in a scheme')
const tells = { type: 'callback-error', callback: 'scheme', error: mine }

const ways: readonly (readonly [string, NonNullable<AuthScheme['observe']>])[] = [
  [
    'throws',
    () => {
      throw mine
    },
  ],
  ['rejects', (() => Promise.reject(mine)) as unknown as NonNullable<AuthScheme['observe']>],
]

it('a scheme that can make no proof for the token request: the message says so, and nothing is sent', async () => {
  const login = authorizationServer()
  const shop = api({ authorizationServer: login })
  let proofs = 0
  const { client } = clientOf({
    ...{ tokenEndpoint: login.tokenEndpoint, clientId: 'web', baseUrl: shop.origin, fetch: testFetch(login, shop) },
    scheme: {
      ...bearer(),
      tokenRequest() {
        proofs++
        throw mine
      },
    },
  })
  await client.setTokens(login.signIn())

  const error = await client.refresh().catch((thrown) => thrown)

  expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', message: 'The scheme could not make its proof', cause: mine })
  expect([proofs, login.tokenRequests.length]).toEqual([1, 0])
})

it('a scheme whose proof fails with the request in its words: no error shows the token (rule 13)', async () => {
  const login = authorizationServer()
  const shop = api({ authorizationServer: login })
  const { client } = clientOf({
    ...{ tokenEndpoint: login.tokenEndpoint, clientId: 'web', baseUrl: shop.origin, fetch: testFetch(login, shop) },
    scheme: {
      ...bearer(),
      tokenRequest(request) {
        throw new Error(`The signer refused ${request.body}`)
      },
    },
  })
  const tokens = login.signIn()
  await client.setTokens(tokens)

  const error = await client.refresh().catch((thrown) => thrown)

  expect(error.message).toBe('The scheme could not make its proof')
  expect(inspect(error)).not.toContain(tokens.refreshToken)
})

it('a scheme whose attach gives a thenable whose then gives nothing: its credentials are sent, as with await', async () => {
  const attach: AuthScheme['attach'] = (request) => {
    const later = async (done: () => void): Promise<void> => {
      await undefined
      request.setHeader('x-key', 'attached')
      done()
    }
    const value = (done: () => void): void => void later(done)
    return Object.defineProperty({}, 'then', { value }) as PromiseLike<void>
  }
  const { client, requests } = clientOf({ scheme: { name: '', headers: ['x-key'], usesTokens: false, attach } }, ok)

  await client.fetch('/me')

  expect(requests.map(({ headers }) => headers.get('x-key'))).toEqual(['attached'])
})

it('a scheme learns nothing of the clock of whoever a redirect has led to', async () => {
  const offsets: (number | undefined)[] = []
  const attach: AuthScheme['attach'] = (request, _tokens, { serverTimeOffset }) => {
    offsets.push(serverTimeOffset)
    request.setHeader('authorization', 'Key k')
  }
  const { client } = clientOf({
    allowedOrigins: ['https://other.example.com'],
    scheme: { name: 'Key', headers: ['authorization'], usesTokens: false, attach },
    fetch: async () =>
      Object.defineProperty(new Response(null, { headers: { date: new Date(1e12).toUTCString() } }), 'url', {
        value: 'https://other.example.com/led',
      }),
  })

  await client.fetch('/me')
  await client.fetch('https://other.example.com/own')

  expect(offsets).toEqual([undefined, undefined])
})

describe.each(ways)('a scheme whose observe %s (rule 7)', (_how, observe) => {
  it('costs no call its response, and a callback-error event says so', async () => {
    const { client, events } = clientOf({ scheme: { ...bearer(), observe } }, ok)

    expect((await client.fetch('/me')).status).toBe(200)
    expect(await events()).toContainEqual(expect.objectContaining(tells))
  })

  it('costs no session its rotation: the refresh token is presented once', async () => {
    const login = authorizationServer({ reuse: 'revoke', overlap: 0 })
    const shop = api({ authorizationServer: login })
    const { client } = clientOf({
      ...{ tokenEndpoint: login.tokenEndpoint, clientId: 'web', baseUrl: shop.origin, fetch: testFetch(login, shop) },
      scheme: { ...bearer(), observe },
    })
    await client.setTokens(login.signIn())
    login.spoilAccessTokens()

    expect((await client.fetch('/me')).status).toBe(200)
    expect([login.tokenRequests.length, login.reuses]).toEqual([1, 0])
  })
})

it.each<[string, () => never]>([
  [
    'throws',
    () => {
      throw mine
    },
  ],
  ['rejects', () => Promise.reject(mine) as never],
])('a scheme whose answer %s has none: the call gets its 401, and a callback-error event says so (rule 7)', async (_how, answer) => {
  const { client, events } = clientOf({ scheme: { ...bearer(), answer } }, refuse('Bearer'))

  expect((await client.fetch('/me')).status).toBe(401)
  expect(await events()).toContainEqual(expect.objectContaining(tells))
})

it('a scheme sees no response of an origin that gets no credentials: a crawler would push out what it has learnt elsewhere', async () => {
  const seen: (string | undefined)[] = []
  const scheme = { ...bearer(), observe: (_response: Response, url?: string) => void seen.push(url) }
  const { client } = clientOf({ scheme }, ok)

  await client.fetch('https://elsewhere.example.net/page')
  await client.fetch('/me')

  expect(seen).toEqual([`${origin}/me`])
})

describe('a server that repeats the credentials in its challenge (A28)', () => {
  const secret = "sk'live'secret"
  it.each<[string, AuthScheme]>([
    ['of a key in a header', apiKey({ key: secret })],
    ['of a key behind a scheme', apiKey({ key: secret, scheme: 'ApiKey' })],
    ['of a key in the query', apiKey({ key: secret, query: 'key' })],
    ['of a password', basic({ username: 'ada', password: secret })],
  ])('gets none of them into an event: those %s', async (_what, scheme) => {
    const challenge = `Bearer error="no such key: ${secret}", ${secret} error="${encodeURIComponent(secret)}"`
    const { client, events } = clientOf({ scheme: [scheme, bearer()] }, refuse(challenge))

    await client.fetch('/me')

    const told = await events()
    expect(told.filter(({ type }) => type === 'response')).toHaveLength(1)
    expect(JSON.stringify(told)).not.toContain(secret)
  })

  it('is quoted where it repeats nothing', async () => {
    const { client, events } = clientOf({ scheme: basic({ username: 'ada', password: secret }) }, refuse('Basic error="wrong password"'))

    await client.fetch('/me')

    expect(await events()).toContainEqual(
      expect.objectContaining({ type: 'response', challenges: [{ scheme: 'Basic', error: 'wrong password' }] }),
    )
  })
})
