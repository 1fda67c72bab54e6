import { describe, expect, it } from 'vitest'
import { type ClientAuthentication, clientSecretBasic, clientSecretPost } from '../../src/grants/client-authentication'
import { refreshTokenGrant } from '../../src/grants/refresh-token'
import type { FetchLike } from '../../src/platform/fetch-like'
import { grantContext, json, rejection } from './grant-context'
import { loopback } from './loopback'
import { expectNoSecrets } from './secrets'

const refreshToken = 'canary/refresh+token=1'
const accessToken = 'canary.access.token.1'
const secret = 'canary secret & more'
const received = 'canary-received-in-the-answer'
const all = [refreshToken, accessToken, secret, received]

const answers: readonly (readonly [string, () => Response])[] = [
  ['rejects', json({ error: 'invalid_grant', error_description: `${refreshToken} is spent` }, { status: 400 })],
  ['repeats the token', json({ error: 'invalid_request', error_description: `What is ${refreshToken}?` }, { status: 400 })],
  ['is down and repeats it', () => new Response(`could not handle ${refreshToken} ${secret}`, { status: 503 })],
  ['talks HTML', () => new Response(`<p>${refreshToken}</p>`, { status: 403 })],
  ['gives a token that is unfit', json({ access_token: `${received}\r\n`, refresh_token: received })],
  ['gives broken JSON', () => new Response(`{"access_token":"${received}`)],
  [
    'redirects',
    () => new Response(null, { status: 302, headers: { location: `https://evil.example/?t=${encodeURIComponent(refreshToken)}` } }),
  ],
]

describe('secrets', () => {
  it.each(answers)('stay out of what is thrown where the server %s (A28, A35)', async (_, answer) => {
    for (const clientAuthentication of [undefined, clientSecretPost(secret)]) {
      expectNoSecrets(await thrown({ fetch: async () => answer(), clientAuthentication }), all)
    }
  })

  it('stay out of what is thrown where the server repeats the client secret (A35)', async () => {
    const fetch = async (): Promise<Response> =>
      json({ error: 'invalid_client', error_description: `No such secret: ${secret}` }, { status: 401 })()

    expectNoSecrets(await thrown({ fetch, clientAuthentication: clientSecretPost(secret) }), all)
  })

  it('stay out of what is thrown where the server repeats the secret of a Basic header (A35)', async () => {
    const fetch = async (): Promise<Response> =>
      json({ error: 'invalid_client', error_description: `No such secret: ${secret}` }, { status: 401 })()

    expectNoSecrets(await thrown({ fetch, clientAuthentication: clientSecretBasic(secret) }), all)
  })

  it('are removed, and the rest of what the server says stays (A35)', async () => {
    const fetch = async (): Promise<Response> =>
      json({ error: 'invalid_client', error_description: 'Unknown client web' }, { status: 401 })()

    expect(await thrown({ fetch, clientAuthentication: clientSecretPost(secret) })).toMatchObject({
      errorDescription: 'Unknown client web',
    })
  })

  it.each([
    ['a Response', () => new Response(secret)],
    ['a Request', () => new Request('https://login.example.com', { method: 'POST', body: secret, headers: { 'x-secret': received } })],
    ['a text', () => `failed to send ${refreshToken}`],
    [
      'an error that carries the request',
      () => Object.assign(new Error('Request failed'), { request: { body: refreshToken }, config: { data: secret } }),
    ],
    ['an error that prints a header', () => headerError(`Basic ${secret}\n1`)],
    ['an error that quotes the form', () => Object.assign(new Error('Request failed'), { body: `refresh_token=${refreshToken}` })],
    ['an error whose cause quotes it', () => new Error('Request failed', { cause: new Error(`Sent ${refreshToken}`) })],
    ['an error whose cause is no error', () => new Error('Request failed', { cause: { data: secret } })],
    [
      'an error whose cause carries the request',
      () => new Error('Request failed', { cause: Object.assign(new Error('Bad gateway'), { config: { data: secret } }) }),
    ],
    ['several errors, one of which quotes the form', () => new AggregateError([new Error('a'), new Error(refreshToken)], 'All failed')],
    ['an error that can not be looked at', () => Object.defineProperty(new Error('Request failed'), 'request', { get: quote })],
    ['an error whose message can not be read', () => Object.defineProperty(new Error(), 'message', { get: quote })],
    ['an error that hides the request', () => Object.defineProperty(new Error('Request failed'), 'request', { value: { body: secret } })],
  ])('stay out of the cause where somebody’s fetch throws %s (A36)', async (_, made) => {
    const error = await thrown({ fetch: () => Promise.reject(made()) })

    expectNoSecrets(error, all)
    expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', answered: false })
  })

  it('stay out of the cause where the error quotes the Basic header, as it is or as it reads (A36)', async () => {
    const header = Buffer.from(`web:${encodeURIComponent(secret).replaceAll('%20', '+')}`).toString('base64')
    for (const quote of [`Basic ${header}`, secret]) {
      const fetch = (): Promise<Response> => Promise.reject(new Error(`Sent ${quote}`))

      expectNoSecrets(await thrown({ fetch, clientAuthentication: clientSecretBasic(secret) }), [header, ...all])
    }
  })

  it('are no reason to drop the message of such an error, which helps to debug (A36)', async () => {
    const failure = Object.assign(new Error('Request failed'), { request: { body: refreshToken } })

    const error = (await thrown({ fetch: () => Promise.reject(failure) })) as Error

    expect((error.cause as Error).message).toBe('Request failed')
  })

  it('are no reason to drop the cause of such an error, where it shows none (A36)', async () => {
    const connection = { remoteAddress: '127.0.0.1', remotePort: 443 }
    const cause = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET', socket: connection })
    const failure = new TypeError('fetch failed', { cause })

    const error = (await thrown({ fetch: () => Promise.reject(failure) })) as Error

    expect(error.cause).toBe(failure)
  })

  it('stay out of the error of a client authentication that sets an impossible header (A34, A35)', async () => {
    const clientAuthentication: ClientAuthentication = ({ headers }) => headers.set('authorization', `Basic ${secret}\n1`)

    const error = await thrown({ clientAuthentication })

    expectNoSecrets(error, all)
    expect(error).toMatchObject({ message: 'The client authentication failed', answered: true })
  })

  it('stay out of a real network failure (A35)', async () => {
    const server = await loopback((request) => request.socket.destroy())

    for (const clientAuthentication of [undefined, clientSecretBasic(secret), clientSecretPost(secret)]) {
      expectNoSecrets(await thrown({ tokenEndpoint: server.tokenEndpoint, clientAuthentication }), all)
    }
  })

  it('cannot be read off the grant or the client authentication (A36)', () => {
    const clientAuthentication = clientSecretBasic(secret)

    expectNoSecrets(clientAuthentication, all)
    expectNoSecrets(refreshTokenGrant({ tokenEndpoint: 'https://login.example.com/token', clientId: 'web', clientAuthentication }), all)
  })
})

interface Setting {
  readonly fetch?: FetchLike
  readonly tokenEndpoint?: string
  readonly clientAuthentication?: ClientAuthentication | undefined
}

function thrown({ fetch, tokenEndpoint = 'https://login.example.com/token', clientAuthentication }: Setting): Promise<unknown> {
  const grant = refreshTokenGrant({ tokenEndpoint, clientId: 'web', clientAuthentication })
  return rejection(grant({ accessToken, refreshToken }, grantContext(fetch && { fetch })))
}

function headerError(value: string): unknown {
  try {
    return new Headers({ authorization: value })
  } catch (error) {
    return error
  }
}

function quote(): never {
  throw new Error(`Sent ${refreshToken}`)
}
