import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tokenResponse } from '../../src/grants/token-response'
import { isB64token } from '../../src/tokens/b64token'
import { runs } from '../support/property'
import { now } from './grant-context'

const usable = { access_token: 'access-1', token_type: 'Bearer' }

describe('a token response', () => {
  it('is read into the names we store it under', () => {
    const tokens = tokenResponse(
      { ...usable, refresh_token: 'refresh-2', expires_in: 3600, scope: 'invoices', id_token: 'id-1', example_parameter: 'ignored' },
      now,
    )

    expect(tokens).toEqual({
      accessToken: 'access-1',
      refreshToken: 'refresh-2',
      expiresAt: now + 3_600_000,
      tokenType: 'Bearer',
      scope: 'invoices',
      idToken: 'id-1',
    })
  })

  it.each([
    ['missing', {}],
    ['a number', { access_token: 42 }],
    ['null', { access_token: null }],
    ['empty', { access_token: '' }],
    ['with a space', { access_token: 'a b' }],
    ['with a line break (A34)', { access_token: 'a\r\nx-evil: 1' }],
    ['in an array', { access_token: ['access-1'] }],
    ['an object', { access_token: { value: 'access-1' } }],
    ['not ASCII', { access_token: 'accéss' }],
  ])('is unusable with an access token that is %s, but keeps its rotation (F16)', (_, fields) => {
    const tokens = tokenResponse({ ...fields, refresh_token: 'refresh-2' }, now)

    expect(tokens.accessToken).toBeUndefined()
    expect(tokens.refreshToken).toBe('refresh-2')
  })

  it('is unusable where a 200 holds an error, but keeps its rotation (F11)', () => {
    const tokens = tokenResponse({ ...usable, error: 'invalid_grant', refresh_token: 'refresh-2' }, now)

    expect(tokens).toEqual({ refreshToken: 'refresh-2', tokenType: 'Bearer' })
  })

  it.each([null, '', undefined])('treats error %j as no error (F11)', (error) => {
    expect(tokenResponse({ ...usable, error }, now).accessToken).toBe('access-1')
  })

  it.each(['Bearer', 'bearer', 'mac', 'DPoP'])('copies token type %s as it came (F17)', (token_type) => {
    expect(tokenResponse({ ...usable, token_type }, now)).toMatchObject({ accessToken: 'access-1', tokenType: token_type })
  })

  it.each([undefined, null, ''])('treats token type %j as missing (F17)', (token_type) => {
    expect(tokenResponse({ ...usable, token_type }, now)).toEqual({ accessToken: 'access-1' })
  })

  it.each([[['Bearer']], [1], [true], [{}]])('is unusable with token type %j (F17)', (token_type) => {
    expect(tokenResponse({ ...usable, token_type }, now).accessToken).toBeUndefined()
  })

  it.each([undefined, '', null, 7, ['refresh-2'], {}])('has no refresh token where it says %j (F18, F19)', (refresh_token) => {
    expect(tokenResponse({ ...usable, refresh_token }, now).refreshToken).toBeUndefined()
  })

  it.each([
    [3600, 3_600_000],
    ['3600', 3_600_000],
    [3600.5, 3_600_500],
    [0.125, 125],
    [1, 1000],
    [31_536_000, 31_536_000_000],
  ])('expires %j seconds after receipt (F21)', (expires_in, lifetime) => {
    expect(tokenResponse({ ...usable, expires_in }, now).expiresAt).toBe(now + lifetime)
  })

  it.each([-1, 0, null, 'abc', '', ' ', '-1', '1e3', '0x10', 1e21, true, [3600], {}, Number.POSITIVE_INFINITY, Number.NaN, 31_536_001])(
    'has no known expiry with expires_in %j (F21)',
    (expires_in) => {
      expect(tokenResponse({ ...usable, expires_in }, now).expiresAt).toBeUndefined()
    },
  )

  it('leaves what a JWT says of its lifetime to the session, which measures from receipt too', () => {
    const access_token = jwt({ iat: 1_000_000, exp: 1_000_300 })

    expect(tokenResponse({ ...usable, access_token }, now).expiresAt).toBeUndefined()
    expect(tokenResponse({ ...usable, access_token, expires_in: 60 }, now).expiresAt).toBe(now + 60_000)
  })

  it('copies named fields only, whatever keys the JSON holds (F26, A27)', () => {
    const hostile = JSON.parse(
      '{"access_token":"first","access_token":"access-1","__proto__":{"polluted":true,"refresh_token":"smuggled"},"constructor":"x"}',
    )

    const tokens = tokenResponse(hostile, now)

    expect(tokens.accessToken).toBe('access-1') // The last of a duplicate, as JSON.parse has it.
    expect(tokens.refreshToken).toBeUndefined()
    expect(Object.getPrototypeOf(tokens)).toBe(Object.prototype)
    expect(Object.keys(tokens).sort()).toEqual(['accessToken', 'expiresAt', 'idToken', 'refreshToken', 'scope', 'tokenType'])
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  it.each([null, undefined, true, 7, 'access_token', [], [usable]])('is unusable as %j (F15)', (body) => {
    expect(tokenResponse(body, now).accessToken).toBeUndefined()
  })

  it('never throws, and never gives an access token outside the grammar, whatever the shapes', () => {
    const field = fc.oneof(fc.jsonValue(), fc.constantFrom('Bearer', 'a\nb', 'a b', '=', 'tök', 'ok-1'), fc.string())
    const names = ['access_token', 'refresh_token', 'expires_in', 'token_type', 'scope', 'id_token', 'error', '__proto__']
    const record = fc.dictionary(fc.constantFrom(...names), field)

    fc.assert(
      fc.property(fc.oneof(record, fc.jsonValue()), (body) => {
        const tokens = tokenResponse(JSON.parse(JSON.stringify(body)), now)

        if (tokens.accessToken !== undefined) expect(isB64token(tokens.accessToken)).toBe(true)
        if (tokens.expiresAt !== undefined) expect(tokens.expiresAt).toBeGreaterThanOrEqual(now)
        for (const value of [tokens.refreshToken, tokens.tokenType, tokens.scope, tokens.idToken]) {
          expect(value === undefined || (typeof value === 'string' && value !== '')).toBe(true)
        }
      }),
      runs(2000),
    )
  })
})

function jwt(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'RS256' })}.${part(claims)}.c2ln`
}
