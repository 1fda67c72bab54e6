import { inspect } from 'node:util'
import {
  AuthenticatedClient,
  type AuthenticatedClientOptions,
  asyncStorageStore,
  type ClientEvent,
  clientSecretPost,
  type LogoutEvent,
  type TokenSet,
  webStorageStore,
} from 'authenticated-client'
import { describe, expect, it } from 'vitest'
import { type Answer, json, unauthorized } from '../support/authorization-server.ts'
import { quiet } from '../support/clock.ts'
import { expectQuietProcess } from '../support/quiet-process.ts'
import { jwt, rejection, url, world } from './world.ts'

expectQuietProcess()

/** No word of ours contains it: wherever it shows, a secret shows. */
const canary = 'canary'

/** What a session consists of, all of it secret. */
const secretTokens: TokenSet & Record<string, unknown> = {
  accessToken: `${canary}-access`,
  refreshToken: `${canary}-refresh`,
  idToken: jwt({ sub: `${canary}-sub` }),
  scope: 'openid',
  tenantKey: `${canary}-field`,
}
const secrets = [
  canary,
  canary.toUpperCase(),
  Buffer.from(canary).toString('base64').replace(/=+$/, ''),
  secretTokens.idToken as string,
  encodeURIComponent(`${canary}+/=`).slice(0, 10),
]

/** Every way in which a value may end up in a log. */
function views(value: unknown, depth = 0): string[] {
  if (depth > 6 || value === null || value === undefined) return []
  const shown = [String(value), inspect(value, { depth: 10, showHidden: true, getters: true }), jsonOf(value)]
  if (typeof value === 'object') {
    for (const key of Reflect.ownKeys(value)) {
      const field = Reflect.get(value, key)
      if (typeof field === 'string') shown.push(field)
      if (typeof field === 'object') shown.push(...views(field, depth + 1))
    }
  }
  if (value instanceof Error) shown.push(value.message, value.stack ?? '', ...views(value.cause, depth + 1))
  return shown
}

function jsonOf(value: unknown): string {
  return JSON.stringify(value) ?? ''
}

function expectNoSecret(what: string, value: unknown): void {
  const text = views(value).join('\n')
  for (const secret of secrets) {
    const at = text.indexOf(secret)
    expect(at < 0 ? '' : text.slice(Math.max(0, at - 120), at + 60), `${what} shows a secret`).toBe('')
  }
}

/** One life of a client, with everything that it shows on the way. */
async function life(options: AuthenticatedClientOptions, answers: { token?: Answer; resource?: Answer; revocation?: Answer } = {}) {
  const { login, resource, clock, fetch, inTime } = world()
  let tokens: TokenSet | null = secretTokens
  const heard: (ClientEvent | LogoutEvent)[] = []
  const shown: [string, unknown][] = []
  const callbacks: AuthenticatedClientOptions = options.store
    ? {}
    : {
        getTokens: () => tokens,
        saveTokens: (next) => {
          tokens = next
        },
        clearTokens: () => {
          tokens = null
        },
      }
  login.always((arrival) => (arrival.url.endsWith('/revoke') ? answers.revocation?.(arrival) : answers.token?.(arrival)) ?? json(500, {}))
  resource.always(answers.resource ?? (() => unauthorized('Bearer error="invalid_token"')))
  const client = new AuthenticatedClient({
    tokenEndpoint: login.tokenEndpoint,
    revocationEndpoint: login.revocationEndpoint,
    clientId: 'web',
    clientAuthentication: clientSecretPost(`${canary}-client-secret`),
    allowedOrigins: ['https://api.example.com'],
    onEvent: (event) => void heard.push(event),
    onLogout: (event) => void heard.push(event),
    fetch,
    clock,
    ...callbacks,
    ...options,
  })
  const look = (what: string): void => {
    shown.push([`the client ${what}`, client], [`the state ${what}`, client.state], [`client.fetch ${what}`, client.fetch])
  }

  look('while restoring')
  await quiet()
  look('when restored')
  const request = { method: 'POST', body: `password=${canary}-body`, headers: { 'X-Custom': `${canary}-header` } }
  const settled = await inTime(
    Promise.allSettled<unknown>([
      client.fetch(`${url}?code=${canary}-query#${canary}-fragment`, request),
      client.fetch(new Request(`${url}?code=${canary}-query`, request)),
      client.fetch(`https://other.example.com/?key=${canary}-query`, request).catch(() => undefined),
      client.getAccessToken().then(() => undefined),
      client.refresh(),
    ]),
  )
  look('after calls')
  settled.push(...(await inTime(Promise.allSettled<unknown>([client.logout()]))))
  await clock.advance(60_000)
  look('after logout')

  for (const outcome of settled) if (outcome.status === 'rejected') shown.push(['an error', outcome.reason])
  for (const event of heard) shown.push([`the event ${'type' in event ? event.type : event.reason}`, event])
  return { shown, heard, errors: settled.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as Error] : [])) }
}

/** What a server answers with, if it repeats what it was sent. */
const echo = async (status: number, arrival: Parameters<Answer>[0]): Promise<Response> =>
  json(status, {
    error: 'invalid_client',
    error_description: `I got ${await arrival.text}`,
    error_uri: `https://x.example/?${await arrival.text}`,
  })

const rotated = () =>
  json(200, { access_token: `${canary}-access-2`, refresh_token: `${canary}-refresh-2`, token_type: 'Bearer', expires_in: 60 })

describe('no secret shows (rule 13, A34–A36)', () => {
  it.each<[string, AuthenticatedClientOptions, Parameters<typeof life>[1]]>([
    ['when all goes well', {}, { token: rotated, resource: () => new Response('fine') }],
    [
      'when a refresh cures a 401',
      {},
      {
        token: rotated,
        resource: ({ headers }) => (headers.get('authorization')?.endsWith('-2') ? new Response('fine') : unauthorized('Bearer')),
      },
    ],
    ['when the session is rejected', {}, { token: () => json(400, { error: 'invalid_grant', error_description: 'gone' }) }],
    ['when the client is misconfigured', {}, { token: () => json(401, { error: 'invalid_client' }) }],
    ['when the token endpoint is down', {}, { token: () => new Response('<html>down</html>', { status: 503 }) }],
    [
      'when it answers with broken JSON',
      {},
      { token: () => new Response(`{"access_token":"${canary}-half`, { headers: { 'Content-Type': 'application/json' } }) },
    ],
    [
      'when it answers with half a token response',
      {},
      { token: () => json(200, { refresh_token: `${canary}-rotated`, token_type: 'Bearer' }) },
    ],
    [
      'when it answers with a token that is none (F16, A34)',
      {},
      { token: () => json(200, { access_token: `${canary}\r\nX: 1`, token_type: 'Bearer' }) },
    ],
    [
      'when it answers with a foreign token type (F17)',
      {},
      { token: () => json(200, { access_token: `${canary}-a`, token_type: `${canary}-type` }) },
    ],
    [
      'when it redirects to an address with secrets (F23)',
      {},
      { token: () => new Response(null, { status: 302, headers: { Location: `https://evil.example/cb?t=${canary}-location` } }) },
    ],
    [
      'when the revocation endpoint fails',
      {},
      { token: rotated, resource: () => new Response('fine'), revocation: (arrival) => echo(400, arrival) },
    ],
    [
      'when a challenge repeats the token (A28)',
      {},
      {
        token: rotated,
        resource: ({ headers }) => unauthorized(`Bearer error="invalid_token", error_description="${headers.get('authorization')} is bad"`),
      },
    ],
    [
      'when a challenge repeats the token as its error (A28)',
      {},
      { token: rotated, resource: ({ headers }) => unauthorized(`Bearer error="${headers.get('authorization')} is bad"`) },
    ],
    [
      'when a challenge repeats the token as its scheme (A28)',
      {},
      { token: rotated, resource: ({ headers }) => unauthorized(`${headers.get('authorization')?.slice(7)} realm="x", Bearer`) },
    ],
    [
      'when a step-up is asked for and declined',
      { onStepUp: () => null },
      { token: rotated, resource: () => unauthorized('Bearer error="insufficient_scope", scope="admin"', { status: 403 }) },
    ],
    [
      'when a step-up is answered with rubbish',
      { onStepUp: () => ({ accessToken: `${canary} bad\n` }) },
      { token: rotated, resource: () => unauthorized('Bearer error="insufficient_scope", scope="admin"', { status: 403 }) },
    ],
    [
      'when nothing can be saved',
      {
        saveTokens: () => {
          throw new Error('disk full')
        },
      },
      { token: rotated },
    ],
    [
      'when nothing can be read',
      {
        getTokens: () => {
          throw new Error('locked')
        },
      },
      {},
    ],
    ['when saving hangs', { saveTokens: () => new Promise(() => {}) }, { token: rotated }],
    ['when getTokens gives a bare token instead of a set (F44)', { getTokens: () => `${canary}-access` as unknown as TokenSet }, {}],
    [
      'when getTokens gives a set of the wrong types (F44)',
      { getTokens: () => ({ accessToken: [`${canary}-access`], refreshToken: { a: `${canary}-r` } }) as unknown as TokenSet },
      { token: rotated },
    ],
    [
      'when getTokens gives a token that fails the grammar (A34)',
      { getTokens: () => ({ accessToken: `${canary}\r\nX-Injected: 1`, refreshToken: `${canary}-r` }) },
      { token: rotated },
    ],
  ])('%s', async (_when, options, answers) => {
    const { shown, heard } = await life(options, answers)

    expect(heard.length).toBeGreaterThan(0)
    for (const [what, value] of shown) expectNoSecret(what, value)
  })

  it('when the token endpoint repeats what it was sent, in its error description (A28, A35)', async () => {
    const { shown, errors } = await life({}, { token: (arrival) => echo(400, arrival) })

    expect(errors.map(({ name }) => name)).toContain('TokenEndpointError')
    for (const [what, value] of shown) expectNoSecret(what, value)
  })

  it('when fetch throws an error that carries the request (F108, A36)', async () => {
    const { shown, errors } = await life(
      {},
      {
        token: async ({ request, text }) => {
          throw Object.assign(new TypeError('fetch failed'), {
            request,
            config: { data: await text },
            cause: { request, body: await text },
          })
        },
      },
    )

    expect(errors.map(({ name }) => name)).toContain('RefreshUnavailableError')
    for (const [what, value] of shown) expectNoSecret(what, value)
  })

  it('when fetch throws an error whose message repeats what it was to send (F108, A35)', async () => {
    const { shown, errors } = await life(
      {},
      {
        token: async ({ text }) => {
          throw new TypeError(`Failed to post ${await text}`)
        },
      },
    )

    expect(errors.map(({ name }) => name)).toContain('RefreshUnavailableError')
    for (const [what, value] of shown) expectNoSecret(what, value)
  })

  it('when a stored record is cut off in the middle (F44)', async () => {
    const text = JSON.stringify({ version: 1, session: secretTokens })
    const record = { getItem: () => text.slice(0, 60), setItem: () => {}, removeItem: () => {} }
    const async = { getItem: async () => text.slice(0, 60), setItem: async () => {}, removeItem: async () => {} }

    for (const store of [webStorageStore('my-app', { storage: record }), asyncStorageStore('my-app', async)]) {
      const { shown, errors } = await life({ store })

      expect(errors.map(({ name }) => name)).toContain('StorageError')
      for (const [what, value] of shown) expectNoSecret(what, value)
    }
  })

  it('in the URL of an event: neither query nor fragment (A37)', async () => {
    const { heard } = await life({}, { token: rotated, resource: () => new Response('fine') })

    const urls = heard.flatMap((event) => ('url' in event ? [event.url] : []))
    expect(urls.length).toBeGreaterThan(0)
    for (const each of urls) expect(each).not.toMatch(/[?#]/)
  })

  it('in the TypeError of a call to an origin that nobody allowed (rule 10)', async () => {
    const { login, fetch, clock } = world()
    const client = new AuthenticatedClient({ tokenEndpoint: login.tokenEndpoint, clientId: 'web', fetch, clock })

    const error = await rejection(client.fetch(`https://elsewhere.example/path?code=${canary}#${canary}`))

    expect(error).toBeInstanceOf(TypeError)
    expectNoSecret('the error', error)
  })
})

describe('the detector', () => {
  it('sees what hides in causes, symbols and getters', () => {
    const hidden = Object.defineProperty({}, Symbol('x'), { value: { deep: `${canary}-x` } })

    for (const leak of [
      new Error('x', { cause: new Error('y', { cause: `${canary}-x` }) }),
      hidden,
      { a: [{ b: `${canary}-x` }] },
      new Error(`${canary}-x`),
    ]) {
      expect(() => expectNoSecret('it', leak)).toThrow('shows a secret')
    }
  })
})
