import { describe, expect, it } from 'vitest'
import { SessionEndedError } from '../../src/errors/session-ended-error'
import { clientSecretPost } from '../../src/grants/client-authentication'
import { type RefreshTokenGrantOptions, refreshTokenGrant } from '../../src/grants/refresh-token'
import { grantContext, json, now, recordingFetch, rejection } from './grant-context'

const tokenEndpoint = 'https://login.example.com/token'
const tokens = { accessToken: 'access-1', refreshToken: 'refresh+1/=&' }
const answer = json({ access_token: 'access-2', token_type: 'Bearer', refresh_token: 'refresh-2', expires_in: 60 })

describe('the refresh token grant', () => {
  it('trades the refresh token for the tokens of the answer, and nothing else', async () => {
    const { fetch } = recordingFetch(answer)

    const next = await refreshTokenGrant({ tokenEndpoint, clientId: 'web' })(tokens, grantContext({ fetch }))

    expect(next).toEqual({ accessToken: 'access-2', refreshToken: 'refresh-2', tokenType: 'Bearer', expiresAt: now + 60_000 })
  })

  it('gives back a refresh token that stays the same (F20)', async () => {
    const { fetch } = recordingFetch(json({ access_token: 'access-2', refresh_token: tokens.refreshToken }))

    const next = await refreshTokenGrant({ tokenEndpoint, clientId: 'web' })(tokens, grantContext({ fetch }))

    expect(next).toEqual({ accessToken: 'access-2', refreshToken: tokens.refreshToken })
  })

  it('sends one form, encoded as a string, with the client id in it', async () => {
    const { fetch, sent } = recordingFetch(answer)

    await refreshTokenGrant({ tokenEndpoint, clientId: 'web app' })(tokens, grantContext({ fetch }))

    expect(sent).toHaveLength(1)
    expect(sent[0]?.url).toBe(tokenEndpoint)
    expect(typeof sent[0]?.init.body).toBe('string') // React Native sends a URLSearchParams empty.
    expect([...(sent[0]?.form ?? [])]).toEqual([
      ['grant_type', 'refresh_token'],
      ['refresh_token', 'refresh+1/=&'],
      ['client_id', 'web app'],
    ])
    expect([...(sent[0]?.headers ?? [])]).toEqual([
      ['accept', 'application/json'],
      ['content-type', 'application/x-www-form-urlencoded'],
    ])
  })

  it('follows no redirects, and takes no cookies, caches or referrer along (F30, A18, A37, A38)', async () => {
    const { fetch, sent } = recordingFetch(answer)
    const context = grantContext({ fetch })

    await refreshTokenGrant({ tokenEndpoint, clientId: 'web' })(tokens, context)

    expect(sent[0]?.init).toMatchObject({
      method: 'POST',
      redirect: 'manual',
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
    })
    expect(sent[0]?.init.signal).toBe(context.signal)
  })

  it('keeps every secret out of the URL, and sends to exactly the URL it was given (A37)', async () => {
    const { fetch, sent } = recordingFetch(answer)
    const odd = 'HTTPS://login.example.com:443/a/../token?tenant=1'

    await refreshTokenGrant({ tokenEndpoint: odd, clientId: 'web' })(tokens, grantContext({ fetch }))

    expect(sent[0]?.url).toBe(odd)
  })

  it('omits parameters without a value, and never sends a name twice', async () => {
    const { fetch, sent } = recordingFetch(answer)
    const parameters = { audience: 'api', empty: '', none: undefined, nothing: null, grant_type: 'password', scope: 'mine' }

    await refreshTokenGrant({ tokenEndpoint, clientId: 'web', scope: null, parameters })(tokens, grantContext({ fetch }))

    expect(Object.fromEntries(sent[0]?.form ?? [])).toEqual({
      audience: 'api',
      scope: 'mine',
      grant_type: 'refresh_token',
      refresh_token: tokens.refreshToken,
      client_id: 'web',
    })
    expect([...(sent[0]?.form ?? [])]).toHaveLength(5)
  })

  it.each([
    ['no authentication', undefined, ['client_id', 'web']],
    ['client_secret_post', clientSecretPost('s+1'), ['client_secret', 's+1']],
  ])('sends no name twice that the authentication sends as well: %s (RFC 6749 §3.2)', async (_name, clientAuthentication, own) => {
    const { fetch, sent } = recordingFetch(answer)
    const parameters = { client_id: 'other', client_secret: 'other', audience: 'a b' }

    await refreshTokenGrant({ tokenEndpoint, clientId: 'web', clientAuthentication, parameters })(tokens, grantContext({ fetch }))

    const form = [...(sent[0]?.form ?? [])]
    expect(new Set(form.map(([name]) => name)).size).toBe(form.length)
    expect(form).toContainEqual(own)
    expect(form).toContainEqual(['audience', 'a b'])
  })

  it('asks for what the context narrows it to before what the options say', async () => {
    const { fetch, sent } = recordingFetch(answer)
    const options = { tokenEndpoint, clientId: 'web', scope: 'a b', parameters: { resource: 'https://other.example' } }
    const narrowed = { resource: 'https://api.example.com', scope: 'a', claims: '{"x":1}' }

    await refreshTokenGrant(options)(tokens, grantContext({ fetch }))
    await refreshTokenGrant(options)(tokens, grantContext({ fetch, ...narrowed }))

    expect(Object.fromEntries(sent[0]?.form ?? [])).toMatchObject({ scope: 'a b', resource: 'https://other.example' })
    expect(Object.fromEntries(sent[1]?.form ?? [])).toMatchObject(narrowed)
  })

  it('authenticates the client in place of the bare client id', async () => {
    const { fetch, sent } = recordingFetch(answer)
    const options = { tokenEndpoint, clientId: 'web', clientAuthentication: clientSecretPost('s3cret') }

    await refreshTokenGrant(options)(tokens, grantContext({ fetch }))

    expect(sent[0]?.form.getAll('client_id')).toEqual(['web'])
    expect(sent[0]?.form.get('client_secret')).toBe('s3cret')
  })

  it.each([null, { accessToken: 'access-1' }, { accessToken: 'access-1', refreshToken: '' }])(
    'sends nothing for %j: there is nothing to refresh with',
    async (nothing) => {
      const { fetch, sent } = recordingFetch(answer)

      const error = await rejection(refreshTokenGrant({ tokenEndpoint, clientId: 'web' })(nothing, grantContext({ fetch })))

      expect(error).toBeInstanceOf(SessionEndedError)
      expect(sent).toHaveLength(0)
    },
  )

  it('says what it needs and where it sends', () => {
    const grant = refreshTokenGrant({ tokenEndpoint: new URL(tokenEndpoint), clientId: 'web' })

    expect({ ...grant }).toEqual({ needs: 'refresh-token', tokenEndpoint, clientId: 'web' })
  })

  it.each([
    'https://login.example.com',
    'https://login.example.com?tenant=1',
    'http://localhost:8080/token',
    'https://[::1]:8443/token',
    'https://login.example.com/a@b/token',
  ])('accepts the token endpoint %s', (url) => {
    expect(refreshTokenGrant({ tokenEndpoint: url, clientId: 'web' }).tokenEndpoint).toBe(url)
  })

  it.each([
    undefined,
    null,
    '',
    '/token',
    '//login.example.com/token',
    'login.example.com/token',
    'ftp://login.example.com/token',
    'https://',
    'https:///token',
    'https://user:hunter2@login.example.com/token',
    'https://login.example.com\\@evil.example/token',
    'https://evil.example\\.login.example.com/token',
    'https://login.example.com/\\token',
    'https://login.example.com/token#fragment',
    'https://login.example.com/to ken',
    ' https://login.example.com/token',
    'https://login.example.com/token\nx',
    42,
  ])('refuses the token endpoint %j at once', (url) => {
    const build = (): unknown => refreshTokenGrant({ tokenEndpoint: url as string, clientId: 'web' })

    expect(build).toThrow(TypeError)
    expect(build).toThrow(/^tokenEndpoint must be an absolute URL/)
    expect(build).not.toThrow(/hunter2/)
  })

  it.each(['clientAuthentication', 'isRejected'])(
    'refuses a %s that is no function at once, where each refresh would seem an outage',
    (name) => {
      const build = (): unknown => refreshTokenGrant({ tokenEndpoint, clientId: 'web', [name]: 'hunter2' })

      expect(build).toThrow(new TypeError(`${name} must be a function`))
    },
  )

  it('refuses a scope that is a list at once, where it would be sent with commas', () => {
    const build = (): unknown => refreshTokenGrant({ tokenEndpoint, clientId: 'web', scope: ['a', 'b'] as never })

    expect(build).toThrow(new TypeError('scope must be a string, separated by spaces'))
  })

  it.each([undefined, null, ''])('refuses the client id %j at once', (clientId) => {
    const build = (): unknown => refreshTokenGrant({ tokenEndpoint, clientId } as RefreshTokenGrantOptions)

    expect(build).toThrow(new TypeError('clientId must be a non-empty string'))
  })
})
