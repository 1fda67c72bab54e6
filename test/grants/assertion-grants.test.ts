import { AuthenticatedClient, type Grant, RefreshUnavailableError, SessionEndedError } from 'authenticated-client'
import { jwtBearerGrant } from 'authenticated-client/jwt-bearer'
import { testClock } from 'authenticated-client/testing'
import { type TokenExchangeGrantOptions, tokenExchangeGrant } from 'authenticated-client/token-exchange'
import { describe, expect, it } from 'vitest'

const at = { tokenEndpoint: 'https://login.example.com/token', clientId: 'gateway' }

describe('tokenExchangeGrant (RFC 8693)', () => {
  it('exchanges the current token of somebody for one of another service', async () => {
    const { client, forms, sent } = start(
      tokenExchangeGrant({
        ...at,
        subjectToken: async () => 'users-token',
        actorToken: 'service-token',
        audience: 'billing',
        scope: 'invoices',
        requestedTokenType: 'urn:ietf:params:oauth:token-type:jwt',
      }),
    )

    await client.fetch('/invoices')

    expect(forms).toEqual([
      {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: 'users-token',
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        actor_token: 'service-token',
        actor_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        audience: 'billing',
        requested_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        scope: 'invoices',
        client_id: 'gateway',
      },
    ])
    expect(sent).toEqual(['Bearer exchanged'])
  })

  it('never puts a token of the type N_A into Authorization', async () => {
    const { client, sent } = start(tokenExchangeGrant({ ...at, subjectToken: 't' }), { token_type: 'N_A' })

    await expect(client.fetch('/')).rejects.toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })

    expect(sent).toEqual([])
  })

  it.each<[string, Partial<TokenExchangeGrantOptions>]>([
    ['subjectToken', { subjectToken: async () => undefined as never }],
    ['subjectToken', { subjectToken: () => '' }],
    ['actorToken', { actorToken: () => null as never }],
  ])('sends no request where %s gives no token: without an actor it would get the rights of the subject itself', async (name, tokens) => {
    const { client, forms } = start(tokenExchangeGrant({ ...at, subjectToken: 't', ...tokens }))

    await expect(client.fetch('/')).rejects.toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      cause: { message: expect.stringContaining(name) },
    })

    expect(forms).toEqual([])
  })

  it('keeps apart what the authorization server says and that the client of the subject is signed out', async () => {
    const { client, forms } = start(tokenExchangeGrant({ ...at, subjectToken: async () => Promise.reject(new SessionEndedError()) }))

    await expect(client.fetch('/')).rejects.toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      message: 'The token endpoint was not asked: tokenExchangeGrant: subjectToken gave no token',
      cause: { code: 'ERR_SESSION_ENDED' },
    })

    expect(forms).toEqual([])
  })

  it('waits until the client of the subject may try again', async () => {
    const retryAt = testClock().now() + 120_000
    const unavailable = new RefreshUnavailableError('The token endpoint answered 503', { retryAt })
    const { client } = start(tokenExchangeGrant({ ...at, subjectToken: async () => Promise.reject(unavailable) }))

    await expect(client.fetch('/')).rejects.toMatchObject({ message: 'The token endpoint answered 503', retryAt })
  })

  it('refuses an empty actor token at once, rather than go on without an actor', () => {
    expect(() => tokenExchangeGrant({ ...at, subjectToken: 't', actorToken: '' })).toThrow(/actorToken must be a token/)
  })

  it('needs a subject token', () => {
    expect(() => tokenExchangeGrant({ ...at, subjectToken: '' })).toThrow(/needs subjectToken/)
  })
})

describe('jwtBearerGrant (RFC 7523 §2.1)', () => {
  it('trades a new assertion each time', async () => {
    let n = 0
    const { client, forms } = start(jwtBearerGrant({ ...at, assertion: () => `assertion-${++n}`, scope: 'read' }))
    await client.fetch('/')
    await client.refresh()

    expect(forms.map(({ grant_type, assertion, scope }) => [grant_type, assertion, scope])).toEqual([
      ['urn:ietf:params:oauth:grant-type:jwt-bearer', 'assertion-1', 'read'],
      ['urn:ietf:params:oauth:grant-type:jwt-bearer', 'assertion-2', 'read'],
    ])
  })

  it('makes another assertion where the server wants the request again with a DPoP nonce: the first may count as used', async () => {
    let n = 0
    const { client, forms } = start(jwtBearerGrant({ ...at, assertion: () => `assertion-${++n}` }), {}, () =>
      forms.length === 1 ? Response.json({ error: 'use_dpop_nonce' }, { status: 400 }) : undefined,
    )

    const response = await client.fetch('/')

    expect(response.status).toBe(200)
    expect(forms.map(({ assertion }) => assertion)).toEqual(['assertion-1', 'assertion-2'])
  })

  it('sends no request where it is given no assertion', async () => {
    const { client, forms } = start(jwtBearerGrant({ ...at, assertion: async () => undefined as never }))

    await expect(client.fetch('/')).rejects.toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', cause: { name: 'TypeError' } })

    expect(forms).toEqual([])
  })

  it('needs an assertion', () => {
    expect(() => jwtBearerGrant({ ...at, assertion: '' })).toThrow(/needs assertion/)
  })
})

function start(grant: Grant, fields: object = {}, instead: () => Response | undefined = () => undefined) {
  const forms: Record<string, string>[] = []
  const sent: (string | null)[] = []
  const client = new AuthenticatedClient({
    baseUrl: 'https://api.example.com',
    grant,
    clock: testClock(),
    fetch: async (input, init) => {
      if (String(input) === at.tokenEndpoint) {
        forms.push(Object.fromEntries(new URLSearchParams(String(init?.body))))
        return instead() ?? Response.json({ access_token: 'exchanged', token_type: 'Bearer', issued_token_type: 'x', ...fields })
      }
      sent.push(new Headers(init?.headers).get('authorization'))
      return new Response('{}')
    },
  })
  return { client, forms, sent }
}
