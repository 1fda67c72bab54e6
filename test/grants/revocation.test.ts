import { describe, expect, it } from 'vitest'
import { type ClientAuthentication, clientSecretPost } from '../../src/grants/client-authentication'
import { revokeToken } from '../../src/grants/revocation'
import type { TokenSet } from '../../src/tokens/token-set'
import { grantContext, recordingFetch, type TestContext } from './grant-context'
import { loopback } from './loopback'

const revocationEndpoint = 'https://login.example.com/revoke'
const tokens = { accessToken: 'access-1', refreshToken: 'refresh-1' }

describe('revoking a token', () => {
  it('posts the token and what kind it is (RFC 7009 §2.1)', async () => {
    const { fetch, sent } = recordingFetch(() => new Response())

    const done = await revoked(grantContext({ fetch }))

    expect(done).toBe(true)
    expect(sent[0]?.url).toBe(revocationEndpoint)
    expect([...(sent[0]?.form ?? [])]).toEqual([
      ['token', 'refresh-1'],
      ['token_type_hint', 'refresh_token'],
      ['client_id', 'web'],
    ])
  })

  it('is as careful as a token request, and outlives the page (A18, A37, A38)', async () => {
    const { fetch, sent } = recordingFetch(() => new Response())

    await revoked(grantContext({ fetch }))

    expect(sent[0]?.init).toMatchObject({
      method: 'POST',
      redirect: 'manual',
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
      keepalive: true,
    })
  })

  it('posts the access token where there is no refresh token', async () => {
    const { fetch, sent } = recordingFetch(() => new Response())

    await revoked(grantContext({ fetch }), { given: { accessToken: 'access-1' } })

    expect([...(sent[0]?.form ?? [])]).toEqual([
      ['token', 'access-1'],
      ['token_type_hint', 'access_token'],
      ['client_id', 'web'],
    ])
  })

  it('authenticates the client', async () => {
    const { fetch, sent } = recordingFetch(() => new Response())

    await revoked(grantContext({ fetch }), { clientAuthentication: clientSecretPost('s3cret') })

    expect(sent[0]?.form.get('client_secret')).toBe('s3cret')
  })

  it.each(['', 'OK', '<html>', '{"error":"invalid_grant"}'])(
    'counts a 200 as success, whatever the body: %j (RFC 7009 §2.2)',
    async (body) => {
      const { fetch } = recordingFetch(() => new Response(body))

      expect(await revoked(grantContext({ fetch }))).toBe(true)
    },
  )

  it.each([201, 204, 302, 400, 401, 404, 503])('counts a %i as a failure', async (status) => {
    const { fetch } = recordingFetch(() => new Response(null, { status }))

    expect(await revoked(grantContext({ fetch }))).toBe(false)
  })

  it.each([
    ['the network fails', { fetch: recordingFetch().fetch }, {}],
    ['the deadline is over', { signal: AbortSignal.abort() }, {}],
    ['the endpoint is unusable', {}, { url: 'nowhere' }],
    ['the client authentication fails', {}, { clientAuthentication: () => Promise.reject(new Error('sealed')) }],
    ['fetch gives nothing', { fetch: (async () => undefined) as unknown as typeof fetch }, {}],
  ])('never throws: %s', async (_, context, wrong) => {
    expect(await revoked(grantContext(context), wrong)).toBe(false)
  })

  it('sends the token nowhere else, even where a redirect leads there (A18)', async () => {
    const thief = await loopback((_, response) => response.end())
    const server = await loopback((_, response) => response.writeHead(307, { location: thief.origin }).end())
    const follow: typeof fetch = (input, init) => globalThis.fetch(input, { ...init, redirect: 'follow' })

    expect(await revoked(grantContext(), { url: server.tokenEndpoint })).toBe(false)
    expect(thief.bodies).toEqual([])
    expect(await revoked(grantContext({ fetch: follow }), { url: server.tokenEndpoint })).toBe(false)
  })
})

interface Setting {
  readonly url?: string
  readonly clientAuthentication?: ClientAuthentication
  readonly given?: TokenSet
}

function revoked(context: TestContext, { url = revocationEndpoint, clientAuthentication, given = tokens }: Setting = {}): Promise<boolean> {
  return revokeToken(given, context, url, 'web', clientAuthentication)
}
