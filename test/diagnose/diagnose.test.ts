import { type DiagnosedCause, type DiagnoseInput, diagnose } from 'authenticated-client/diagnose'
import { unsignedJwt } from 'authenticated-client/testing'
import { describe, expect, it } from 'vitest'

const now = Date.parse('2026-11-25T12:00:00Z')
const seconds = now / 1000
const date = new Date(now).toUTCString()

function answer(status: number, challenge?: string, headers: Record<string, string> = {}): Response {
  return new Response(null, { status, headers: { date, ...(challenge !== undefined && { 'www-authenticate': challenge }), ...headers } })
}

function sent(authorization: string, headers: Record<string, string> = {}): NonNullable<DiagnoseInput['request']> {
  return { method: 'GET', url: 'https://api.example.com/me', headers: { authorization, ...headers } }
}

const good = unsignedJwt(
  { iss: 'https://login.example.com', aud: 'https://api.example.com', iat: seconds - 60, exp: seconds + 600 },
  { alg: 'ES256', kid: 'k1' },
)
const refused = 'Bearer error="invalid_token"'
const bearer = sent(`Bearer ${good}`)
const described = (words: string): Response => answer(401, `Bearer error="invalid_token", error_description="${words}"`)

const cases: readonly (readonly [cause: DiagnosedCause, input: DiagnoseInput, party: string])[] = [
  ['no-credentials', { response: answer(401, 'Bearer'), request: { url: 'https://api.example.com/me' } }, 'client'],
  ['withheld-for-origin', { event: { type: 'credentials-withheld', reason: 'origin' } }, 'client'],
  ['withheld-for-endpoint', { event: { type: 'credentials-withheld', reason: 'endpoint' } }, 'client'],
  ['callers-own-header', { event: { type: 'credentials-withheld', reason: 'caller' } }, 'client'],
  ['malformed-authorization', { response: answer(401, refused), request: sent(`Bearer: ${good}`) }, 'client'],
  ['malformed-authorization', { response: answer(401, refused), request: sent(`Bearer Bearer ${good}`) }, 'client'],
  ['malformed-authorization', { response: answer(401, refused), request: sent(good) }, 'client'],
  ['malformed-authorization', { response: answer(401, refused), request: sent(`Bearer "${good}"`) }, 'client'],
  ['malformed-authorization', { response: answer(401, refused), request: sent('Bearer undefined') }, 'client'],
  ['malformed-authorization', { response: answer(401, refused), request: sent('BearerX') }, 'client'],
  ['wrong-scheme', { response: answer(401, 'Basic realm="staff"'), request: bearer }, 'client'],
  ['expired', { response: answer(401, refused), request: sent(`Bearer ${unsignedJwt({ exp: seconds - 300 })}`) }, 'client'],
  ['expired', { response: described('The access token expired') }, 'client'],
  [
    'not-yet-valid',
    { response: answer(401, refused), request: sent(`Bearer ${unsignedJwt({ nbf: seconds + 120 })}`) },
    'authorization server',
  ],
  [
    'clock-skew',
    { response: answer(401, refused), request: sent(`Bearer ${unsignedJwt({ iat: seconds + 300 })}`) },
    'authorization server',
  ],
  ['clock-skew', { response: answer(401, 'Bearer'), tokens: { accessToken: 'opaque' }, now: now + 3_600_000 }, 'client'],
  ['revoked', { response: described('Token has been revoked'), request: bearer }, 'authorization server'],
  ['revoked', { response: answer(401, refused), request: bearer }, 'authorization server'],
  ['wrong-audience', { response: described('unexpected \\"aud\\" claim value'), request: bearer }, 'client'],
  ['wrong-issuer', { response: described('unexpected \\"iss\\" claim value'), request: bearer }, 'client'],
  ['unknown-key', { response: described('no applicable key found in the JSON Web Key Set'), request: bearer }, 'resource server'],
  [
    'algorithm-none',
    { response: answer(401, refused), request: sent(`Bearer ${unsignedJwt({ exp: seconds + 60 }, { alg: 'none' })}`) },
    'authorization server',
  ],
  ['invalid-signature', { response: described('signature verification failed'), request: bearer }, 'resource server'],
  ['insufficient-scope', { response: answer(403, 'Bearer error="insufficient_scope", scope="admin"'), request: bearer }, 'client'],
  ['insufficient-scope', { response: answer(401, 'Bearer error="insufficient_scope"'), request: bearer }, 'client'],
  [
    'step-up-required',
    { response: answer(401, 'Bearer error="insufficient_user_authentication", acr_values="mfa"'), request: bearer },
    'client',
  ],
  ['claims-required', { response: answer(401, 'Bearer error="insufficient_claims", claims="e30="'), request: bearer }, 'client'],
  ['invalid-request', { response: answer(401, 'Bearer error="invalid_request"'), request: bearer }, 'client'],
  ['dpop-nonce', { response: answer(401, 'DPoP error="use_dpop_nonce"', { 'dpop-nonce': 'n' }), request: sent('DPoP x') }, 'client'],
  ['dpop-nonce', { response: answer(401, 'DPoP error="use_dpop_nonce"'), request: sent('DPoP x') }, 'resource server'],
  ['dpop-proof', { response: answer(401, 'DPoP error="invalid_dpop_proof"'), request: sent('DPoP x') }, 'client'],
  ['basic-refused', { response: answer(401, 'Basic realm="x"'), request: sent(`Basic ${btoa('a:b')}`) }, 'client'],
  [
    'basic-badly-encoded',
    { response: answer(401, 'Basic realm="x"'), body: '{"message":"invalid UTF-8 encoding"}', request: sent(`Basic ${btoa('a:b')}`) },
    'client',
  ],
  ['api-key-refused', { response: answer(401), request: { headers: { 'x-api-key': 'k' } }, body: '{}' }, 'client'],
  ['session-cookie-refused', { response: answer(401), request: { headers: { cookie: 's=1' } } }, 'client'],
  ['csrf-refused', { response: answer(419), request: { headers: { cookie: 's=1' } } }, 'client'],
  ['policy', { response: described('blocked by Conditional Access policy'), request: bearer }, 'authorization server'],
  ['no-challenge', { response: answer(401), request: bearer }, 'resource server'],
  ['challenge-hidden-by-cors', { response: answer(401), request: bearer, pageOrigin: 'https://app.example.com' }, 'resource server'],
  [
    'preflight-refused',
    { error: new TypeError('Failed to fetch'), request: bearer, pageOrigin: 'https://app.example.com' },
    'resource server',
  ],
  ['network', { error: new TypeError('fetch failed'), request: bearer }, 'network'],
  ['cached-response', { response: answer(401, refused, { age: '240', 'cache-control': 'public' }), request: bearer }, 'network'],
  [
    'authorization-stripped',
    { response: answer(401, 'Bearer', { via: '1.1 cdn' }), body: '{"message":"Missing Authorization header"}', request: bearer },
    'network',
  ],
  ['proxy-authentication', { response: answer(407), request: bearer }, 'network'],
  ['forbidden-means-unauthorized', { response: answer(403, refused), request: bearer }, 'resource server'],
  [
    'unauthorized-means-forbidden',
    { response: answer(401), body: '{"message":"You do not have permission"}', request: bearer },
    'resource server',
  ],
  [
    'graphql-in-band',
    { response: answer(200), body: '{"data":null,"errors":[{"extensions":{"code":"UNAUTHENTICATED"}}]}', request: bearer },
    'resource server',
  ],
  ['refresh-rejected', { error: { name: 'SessionEndedError', code: 'ERR_SESSION_ENDED' } }, 'authorization server'],
  ['client-misconfigured', { error: { name: 'TokenEndpointError', code: 'ERR_TOKEN_ENDPOINT', error: 'invalid_client' } }, 'client'],
  [
    'refresh-unavailable',
    { event: { type: 'refresh-ended', outcome: 'unavailable', error: { code: 'ERR_REFRESH_UNAVAILABLE' } } },
    'network',
  ],
  ['not-refused', { response: answer(500) }, 'resource server'],
  ['unknown', { response: answer(403), request: bearer }, 'resource server'],
]

describe('diagnose', () => {
  it.each(cases)('says %s', (cause, input, party) => {
    const { alternatives, ...first } = diagnose(input)

    const found = [first, ...alternatives].find((finding) => finding.cause === cause)
    expect(found, JSON.stringify(first)).toMatchObject({ cause, party })
    // The first, unless the evidence allows two.
    expect(first.cause === cause || first.confidence === 'possible' || found?.confidence === first.confidence).toBe(true)
    expect(found?.summary).toMatch(/^[A-Z].*\.$/)
    expect(found?.fixes.length ?? 0).toBeGreaterThan(cause === 'not-refused' ? -1 : 0)
  })

  it('ranks what is ambiguous, and claims no certainty', () => {
    const { confidence, alternatives } = diagnose({ response: answer(401), body: '{"message":"access denied"}', request: bearer })

    expect(confidence).not.toBe('certain')
    expect(alternatives.length).toBeGreaterThan(0)
  })

  it('says the same of an event alone as of the whole exchange, where the challenge decides', () => {
    const errors = [
      'insufficient_scope',
      'insufficient_user_authentication',
      'invalid_request',
      'use_dpop_nonce',
      'invalid_dpop_proof',
      'insufficient_claims',
    ]

    for (const error of errors) {
      const whole = diagnose({ response: answer(401, `Bearer error="${error}"`), request: bearer })
      const event = diagnose({ event: { type: 'response', status: 401, challenges: [{ scheme: 'Bearer', error }] } })
      expect(event.cause).toBe(whole.cause)
    }
  })

  it('repeats no token, key, cookie or body', () => {
    const secret = 'canary-secret'
    const token = unsignedJwt({ sub: secret, exp: seconds - 1 })
    const all = cases.map(([, input]) => diagnose({ ...input, body: `${input.body ?? ''}` }))
    const own = diagnose({
      response: described(`bad token ${token}`),
      body: JSON.stringify({ message: `token ${token} expired` }),
      request: { headers: { authorization: `Bearer ${token}`, cookie: secret, 'x-api-key': secret } },
    })

    expect(JSON.stringify([all, own])).not.toMatch(new RegExp(`${secret}|${good}|${token}`))
  })

  it('survives anything', () => {
    for (const input of [
      {},
      { response: null },
      { event: { type: 'x' } },
      { error: 'text' },
      { request: {}, response: answer(401, '"') },
      { tokens: { accessToken: 'a.b.c' } },
    ])
      expect(diagnose(input as DiagnoseInput).summary).toBeTruthy()
  })
})
