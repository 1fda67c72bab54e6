import { RefreshUnavailableError } from 'authenticated-client'
import { type DiagnoseInput, diagnose } from 'authenticated-client/diagnose'
import { describe, expect, it } from 'vitest'
import { answersAboutClocks } from './answers-about-clocks'
import { answersAboutSignatures } from './answers-about-signatures'
import { answersAboutTokens } from './answers-about-tokens'
import { answersEasilyMistaken } from './answers-easily-mistaken'
import { answersInBand, answersOfSuccess } from './answers-in-band'
import { answersInBodies } from './answers-in-bodies'
import { answersInCommonWords } from './answers-in-common-words'
import { answersInPages } from './answers-in-pages'
import { answersOfOtherSystems, answersThatLeaveItOpen } from './answers-of-other-systems'
import { answersOfProxies } from './answers-of-proxies'
import { answersOfServices } from './answers-of-services'
import { answersToSignIns } from './answers-to-sign-ins'
import { fixtures, jwt, now, secrets } from './fixtures'

const all = [
  ...fixtures,
  ...answersEasilyMistaken,
  ...answersOfProxies,
  ...answersAboutClocks,
  ...answersAboutTokens,
  ...answersAboutSignatures,
  ...answersInBand,
  ...answersInBodies,
  ...answersInCommonWords,
  ...answersInPages,
  ...answersOfOtherSystems,
  ...answersOfServices,
  ...answersToSignIns,
]

describe('diagnose', () => {
  it.each(all)('finds $cause from $of', ({ cause, input }) => {
    const diagnosis = diagnose(input)

    expect({ cause: diagnosis.cause, alternatives: diagnosis.alternatives }).toMatchObject({ cause })
  })

  it.each(all)('says nothing secret about $cause from $of', ({ input }) => {
    const output = JSON.stringify(diagnose({ ...input, tokens: { accessToken: secrets[1], refreshToken: secrets[0] } }))

    for (const secret of secrets) expect(output).not.toContain(secret)
    expect(output).not.toMatch(/eyJ/)
  })

  it.each(answersThatLeaveItOpen)('is not sure of $cause where the words leave it open: $of', ({ cause, input }) => {
    expect(diagnose(input)).toMatchObject({ cause, confidence: 'possible' })
  })

  it.each(all)('is pure: $cause from $of comes out twice the same', ({ input }) => {
    expect(diagnose(input)).toEqual(diagnose(input))
  })

  it.each<[string, number, Readonly<Record<string, string>>]>([
    ['a scope', 403, { 'www-authenticate': 'Bearer error="insufficient_scope", scope="letters-alone"' }],
    ['acr_values', 401, { 'www-authenticate': 'Bearer error="insufficient_user_authentication", acr_values="letters-alone"' }],
    ['a scheme', 401, { 'www-authenticate': 'letters-alone realm="r"' }],
    ['what a cache may do', 401, { 'cache-control': 'public, letters-alone' }],
    ['the word of a firewall', 403, { 'cf-mitigated': 'letters-alone' }],
  ])('says nothing secret where a server repeats it as %s', (_, status, headers) => {
    const request = new Request('https://api.example/orders', { headers: { authorization: 'Bearer letters-alone' } })

    const output = JSON.stringify(diagnose({ request, response: new Response(null, { status, headers }) }))

    expect(output).toContain('[redacted]')
    expect(output).not.toContain('letters-alone')
  })

  it.each([
    ['a path', 'No route for GET /orders?email=ada@example.org&sid=letters', 'No route for GET /orders?…'],
    ['a URL', 'Not allowed: https://api.example/orders?sid=letters', 'Not allowed: https://api.example/orders?…'],
    ['a URL in quotes', 'The URL "https://api.example/?letters" is not known', 'The URL "https://api.example/?…" is not known'],
    ['a relative URL', 'Unknown: orders?sid=letters', 'Unknown: orders?…'],
    ['a fragment', 'See https://app.example/#sid=letters', 'See https://app.example/#…'],
  ])('quotes no query that a server repeats in %s', (_, message, quoted) => {
    const { evidence } = diagnose({ response: new Response(null, { status: 401 }), body: JSON.stringify({ message }) })

    expect(evidence).toContain(`The server says: “${quoted}”`)
  })

  it.each(answersOfSuccess.map((body) => [JSON.stringify(body)]))('takes no refusal from a 200 that says %s', (body) => {
    const request = new Request('https://api.example/orders', { headers: { authorization: 'Bearer opaque' } })

    expect(diagnose({ request, response: new Response(null), body }).cause).toBe('not-refused')
  })

  it.each([
    ['Invalid permission: must be one of read, write'],
    ['A role requires at least one permission'],
    ['timestamp must be a valid ISO 8601 date'],
    ['Invalid timestamp format for field start_time'],
    ['signature image is too large'],
    ['Document is locked by another user'],
  ])('takes no refusal from a 400 that says %s', (message) => {
    const request = new Request('https://api.example/orders', { headers: { authorization: 'Bearer opaque' } })

    const { cause, summary } = diagnose({ request, response: new Response(null, { status: 400 }), body: JSON.stringify({ message }) })

    expect([cause, summary]).toEqual(['unknown', 'The status is 400: this is not about credentials.'])
  })

  it('says of an API that wants a CSRF token that it does not take the token that came without a cookie', () => {
    const request = new Request('https://api.example/orders', { method: 'POST', headers: { authorization: 'Bearer opaque' } })
    const body = '{"error":"Can\'t verify CSRF token authenticity."}'

    const { cause, summary } = diagnose({ request, response: new Response(null, { status: 422 }), body })

    expect([cause, summary]).toEqual([
      'csrf',
      'The server does not take the token that was sent, and asks for the CSRF token of a session instead.',
    ])
  })

  it('quotes a question as it is asked', () => {
    const message = 'Is the token/key good? Did you mean /orders? See https://docs.example/errors#expired'

    const { evidence } = diagnose({ response: new Response(null, { status: 401 }), body: JSON.stringify({ message }) })

    expect(evidence).toContain(`The server says: “${message}”`)
  })

  it('says of an account that may not come in that a refresh does not help', () => {
    const { fixes } = diagnose({ response: new Response(null, { status: 401 }), body: '{"message":"Your account has been suspended"}' })

    expect(fixes).toContain('A refresh does not help.')
  })

  it('is sure that a token endpoint speaks only where its URL says so', () => {
    const [sure, unsure] = ['https://login.example/oauth/token', 'https://api.example/pay'].map((url) =>
      diagnose({
        request: new Request(url, { method: 'POST' }),
        response: new Response(null, { status: 503 }),
        body: '{"error":"server_error"}',
      }),
    )

    expect([sure?.cause, sure?.confidence, unsure?.cause, unsure?.confidence]).toEqual([
      'refresh-unavailable',
      'certain',
      'refresh-unavailable',
      'likely',
    ])
  })

  it('takes a URL for one, though it is no string', () => {
    const url = new URL('https://api.example/orders?access_token=hunter2') as unknown as string
    const response = new Response(null, { status: 401 })

    const { cause, evidence } = diagnose({ request: { url, headers: new Headers() }, response, body: '{"message":"Not good: hunter2"}' })

    expect([cause, ...evidence].join()).toMatch(/^credentials-in-url,/)
    expect(evidence.join()).not.toContain('hunter2')
  })

  it('says nothing secret where GraphQL repeats it as a code', () => {
    const request = new Request('https://api.example/graphql', { headers: { authorization: 'Bearer letters-alone' } })
    const body = '{"errors":[{"extensions":{"code":"UNAUTHENTICATED letters-alone"}}]}'

    const { evidence } = diagnose({ request, response: new Response(null), body })

    expect(evidence).toEqual(['errors[].extensions.code is UNAUTHENTICATED [redacted].'])
  })

  it('reads a few words also where they are called HTML, as Express and PHP do', () => {
    const request = new Request('https://api.example/orders', { headers: { authorization: 'Bearer opaque' } })
    const response = new Response(null, { status: 401, headers: { 'content-type': 'text/html; charset=utf-8' } })

    const { cause, evidence } = diagnose({ request, response, body: 'jwt expired' })

    expect([cause, evidence]).toEqual(['token-expired', ['The server says: “jwt expired”']])
  })

  it('never names a second cause as certain', () => {
    for (const { input } of all) expect(diagnose(input).alternatives.map(({ confidence }) => confidence)).not.toContain('certain')
  })

  it('is not certain where a bare invalid_token is all that is known', () => {
    const diagnosis = diagnose({ event: { type: 'response', status: 401, challenges: [{ scheme: 'Bearer', error: 'invalid_token' }] } })

    expect(diagnosis.confidence).toBe('possible')
    expect(diagnosis.alternatives.map(({ cause }) => cause)).toContain('token-revoked')
  })

  it('finds the same cause in the event alone where the challenge names it', () => {
    const errors = ['insufficient_scope', 'insufficient_user_authentication', 'use_dpop_nonce', 'invalid_dpop_proof', 'invalid_request']

    const causes = errors.map(
      (error) => diagnose({ event: { type: 'response', status: 401, challenges: [{ scheme: 'DPoP', error }] } }).cause,
    )

    expect(causes).toEqual(['insufficient-scope', 'step-up-required', 'dpop-nonce', 'dpop-proof', 'invalid-request'])
  })

  it('does not say that credentials were missing where the client may have added them', () => {
    const request = new Request('https://api.example/orders')
    const response = new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } })

    const { cause, alternatives } = diagnose({ request, response, tokens: { accessToken: jwt({ exp: now / 1000 - 600 }) }, now })

    expect([cause, ...alternatives.map((other) => other.cause)]).not.toContain('credentials-missing')
    expect(cause).toBe('token-expired')
  })

  it.each([
    ['a challenge says invalid_token', 'Bearer error="invalid_token"', undefined],
    ['the body says “jwt expired”', 'Bearer', '{"message":"jwt expired"}'],
    ['the body says “Token is not active”', 'Bearer', '{"message":"Token is not active"}'],
  ])('suspects that the token has expired where no clock tells, and %s', (_, challenge, body) => {
    const request = new Request('https://api.example/orders', { headers: { authorization: `Bearer ${jwt({ exp: now / 1000 - 600 })}` } })
    const response = new Response(null, { status: 401, headers: { 'www-authenticate': challenge } })

    const { cause, evidence, alternatives } = diagnose({ request, response, body })

    expect([cause, ...alternatives.map((other) => other.cause)]).toContain('token-expired')
    expect(evidence.join()).not.toMatch(/not expired yet/)
  })

  it.each(['{}', '{"message":"Unauthorized"}'])('does not take for a reason what gives none: %s', (body) => {
    const response = new Response(body, { status: 401, headers: { 'www-authenticate': 'Bearer' } })

    const { cause, alternatives } = diagnose({ response, body })

    expect([cause, alternatives[0]?.cause]).toEqual(['credentials-missing', 'problem-body'])
  })

  it('is not certain of an expired token where the server names another reason', () => {
    const headers = {
      date: new Date(now).toUTCString(),
      'www-authenticate': 'Bearer error="invalid_token", error_description="wrong audience"',
    }

    const diagnosis = diagnose({
      response: new Response(null, { status: 401, headers }),
      tokens: { accessToken: jwt({ exp: now / 1000 - 600 }) },
    })

    expect(diagnosis).toMatchObject({ cause: 'wrong-audience', confidence: 'likely' })
    expect(diagnosis.alternatives[0]?.cause).toBe('token-expired')
  })

  it('blames no token where none was sent', () => {
    const request = new Request('https://api.example/orders')
    const response = new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } })

    const { cause, alternatives } = diagnose({ request, response })

    expect(cause).toBe('credentials-missing')
    expect(alternatives.filter((other) => other.cause.startsWith('token-'))).toEqual([])
  })

  it.each([
    ['Could not validate credentials', { 'www-authenticate': 'Bearer' }],
    ['Given token not valid for any token type', { 'www-authenticate': 'Bearer realm="api"' }],
    ['Unauthenticated.', {}],
    ['Bad credentials', {}],
  ])('leaves it open that the token is the cause where the server says “%s”', (message, headers) => {
    const causesOf = (token: string) => {
      const request = new Request('https://api.example/orders', { headers: { authorization: `Bearer ${token}` } })
      const response = new Response(null, { status: 401, headers: headers as HeadersInit })
      return diagnose({ request, response, body: JSON.stringify({ message }), now }).alternatives.map(({ cause }) => cause)
    }

    expect(causesOf('opaque')).toContain('token-expired')
    expect(causesOf(jwt({ exp: now / 1000 + 600 }))).toContain('token-revoked')
  })

  it.each([
    'Access token is missing or invalid.',
    'Missing or invalid authorization header',
    'Invalid or missing token',
    'No or expired token',
  ])('suspects no proxy on the way where the server says of a token that was sent “%s”', (message) => {
    const request = new Request('https://api.example/orders', { headers: { authorization: 'Bearer opaque' } })
    const response = new Response(null, { status: 401, headers: { via: '1.1 gateway' } })

    const { cause, alternatives } = diagnose({ request, response, body: JSON.stringify({ message }) })

    const causes = [cause, ...alternatives.map((other) => other.cause)]
    expect(causes).not.toContain('authorization-stripped')
    expect(causes).toContain('token-expired')
  })

  it.each<[string, Readonly<Record<string, string>>]>([
    ['invalid_token', { 'www-authenticate': 'Bearer error="invalid_token"' }],
    ['no error', { 'www-authenticate': 'Bearer' }],
    ['nothing', {}],
  ])('blames a redirect to another origin for a 401 of it that says %s: fetch drops the Authorization header on the way', (_, headers) => {
    const request = new Request('https://api.example/orders', { headers: { authorization: 'Bearer opaque' } })
    const answerOf = (url: string) =>
      Object.defineProperties(new Response(null, { status: 401, headers }), { url: { value: url }, type: { value: 'cors' } })

    const { cause, party, confidence, evidence } = diagnose({ request, response: answerOf('https://www.api.example/orders') })

    expect({ cause, party, confidence }).toEqual({ cause: 'authorization-stripped', party: 'client', confidence: 'likely' })
    expect(evidence).toContain('The answer comes from https://www.api.example: a redirect led there.')
    expect(JSON.stringify(diagnose({ request, response: answerOf('https://api.example/login') }))).not.toMatch(/a redirect led/)
  })

  it('does not say that a changed key is the matter where Envoy cannot get the keys', () => {
    const response = new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer realm="mesh", error="invalid_token"' } })

    const { cause, summary } = diagnose({ response, body: 'Jwks remote fetch is failed' })

    expect([cause, summary]).toEqual([
      'unknown-key',
      'The API cannot get the keys of the authorization server, so it cannot check any token.',
    ])
  })

  it('says that Basic is asked for again only where it is', () => {
    const request = new Request('https://api.example/orders', { headers: { authorization: `Basic ${btoa('ada:hunter2')}` } })
    const evidenceOf = (headers: HeadersInit) => diagnose({ request, response: new Response(null, { status: 401, headers }) }).evidence

    expect(evidenceOf({ 'www-authenticate': 'Basic realm="r"' })).toEqual(['Basic was sent, and the server asks for Basic again.'])
    expect(evidenceOf({})).toEqual(['Basic was sent, and the server asks for no other scheme.'])
  })

  it('sees a key that was sent as Bearer where the server speaks of an API key', () => {
    const request = new Request('https://api.example/orders', { headers: { authorization: 'Bearer glsa_0123456789abcdefWXYZ' } })

    const { cause, evidence } = diagnose({ request, response: new Response(null, { status: 401 }), body: '{"message":"invalid API key"}' })

    expect(cause).toBe('api-key')
    expect(evidence).toContain('What was sent as Bearer looks like an API key: glsa…WXYZ.')
  })

  it('advises to compare path and method where API Gateway misses a token that was sent', () => {
    const request = new Request('https://api.example/orders', { headers: { authorization: 'Bearer opaque' } })
    const body = '{"message":"Missing Authentication Token"}'

    const { fixes } = diagnose({ request, response: new Response(null, { status: 403 }), body })

    expect(fixes).toEqual(['Compare method and path with the API’s documentation: API Gateway says this of a route that it does not know.'])
  })

  it('says outside a browser no more than that one would hide a challenge which is not exposed', () => {
    const answer = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'content-type' }
    const challenge = { 'www-authenticate': 'Bearer error="invalid_token"' }
    const found = [answer, { ...answer, ...challenge }].map((headers) =>
      diagnose({ response: new Response(null, { status: 401, headers }) }),
    )

    const hidden = found.map(({ cause, alternatives }) => [cause, alternatives.find((other) => other.cause === 'hidden-by-cors')?.summary])

    expect(hidden).toEqual([
      ['challenge-missing', undefined],
      ['token-expired', 'In a browser, CORS would hide the challenge from the script.'],
    ])
  })

  it('sees in a browser that a challenge which can be read was exposed', () => {
    const headers = new Headers({ 'www-authenticate': 'Bearer error="invalid_token"' })

    const { cause, alternatives } = diagnose({ response: { status: 401, headers, type: 'cors' } })

    expect([cause, ...alternatives.map((other) => other.cause)]).not.toContain('hidden-by-cors')
  })

  it.each([
    ['clocks that disagree', 200, {}, { now: now + 120_000 }],
    ['words about a policy', 200, { title: 'Return policy', message: 'ok' }, {}],
    ['words about CSRF', 200, { message: 'A guide to CSRF' }, {}],
    ['a token for another API', 200, {}, { expected: { audience: 'https://other.example' } }],
    ['a page token in the query', 200, { items: [] }, { url: 'https://api.example/list?token=next-page', authorization: null }],
    ['two spaces', 204, {}, { authorization: 'Bearer  opaque' }],
  ])('does not call a good answer a refusal, whatever %s might mean', (_, status, said, { url, authorization, ...more }: GoodCase) => {
    const sent = authorization === undefined ? `Bearer ${jwt({ aud: 'orders', exp: now / 1000 + 600 })}` : authorization
    const request = {
      url: url ?? 'https://api.example/orders',
      headers: { get: (name: string) => (name === 'authorization' ? sent : null) },
    }
    const response = new Response(null, { status, headers: { date: new Date(now).toUTCString() } })

    expect(diagnose({ request, response, body: JSON.stringify(said), ...more })).toMatchObject({ cause: 'not-refused', alternatives: [] })
  })

  it.each([
    [500, { message: 'permission denied for table orders' }, 'unknown'],
    [400, { message: 'malformed JSON in body' }, 'unknown'],
    [400, { message: 'Unexpected token < in JSON at position 0' }, 'unknown'],
    [422, { error: 'validation_failed', message: 'location is required' }, 'unknown'],
    [400, { message: 'The verification code has expired' }, 'unknown'],
    [404, { message: 'This invitation has expired' }, 'unknown'],
    [400, { message: 'The next page token is invalid' }, 'unknown'],
    [500, { message: 'Could not load the default credentials' }, 'unknown'],
    [400, { message: 'Session expired' }, 'token-expired'],
    [500, { message: 'jwt expired' }, 'token-expired'],
    [400, { error: 'invalid_request' }, 'invalid-request'],
    [400, { error: 'invalid_grant' }, 'refresh-token-rejected'],
    [200, { ok: false, error: 'token_expired' }, 'token-expired'],
    [200, { message: 'Expired API key removed' }, 'not-refused'],
    [200, { ok: false, error: 'channel_not_found' }, 'not-refused'],
  ])('finds the cause of a %i that says %o', (status, said, cause) => {
    const request = new Request('https://api.example/orders', { headers: { authorization: 'Bearer opaque-token' } })

    expect(diagnose({ request, response: new Response(null, { status }), body: JSON.stringify(said) }).cause).toBe(cause)
  })

  it.each([
    ['Audiences in Jwt are not allowed', 'wrong-audience'],
    ['invalid signature', 'invalid-signature'],
    ['"Jwt is expired"', 'token-expired'],
    ['{"msg":"Token has been revoked"}', 'token-revoked'],
    ['{"Message":"The audience is invalid"}', 'wrong-audience'],
    ['{"Error":{"Message":"The issuer is unknown"}}', 'wrong-issuer'],
    ['{"errors":["Token expired"]}', 'token-expired'],
  ])('understands what the body %s says', (body, cause) => {
    const request = new Request('https://api.example/orders', { headers: { authorization: 'Bearer opaque-token' } })
    const response = new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } })

    expect(diagnose({ request, response, body }).cause).toBe(cause)
  })

  it.each([
    ['{"error":"invalid_token","message":"Unauthorized"}', 'likely'],
    ['{"message":"Try the other door"}', 'possible'],
  ])('calls a token that has not expired revoked only where the server says nothing else: %s', (body, confidence) => {
    const response = new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } })

    const diagnosis = diagnose({ response, body, tokens: { accessToken: jwt({ exp: now / 1000 + 600 }) }, now })

    expect(diagnosis).toMatchObject({ cause: 'token-revoked', confidence })
  })

  it.each(['Basic', 'Digest'])('does not take another %s challenge for a sign that a proxy removed the credentials', (scheme) => {
    const headers = { 'www-authenticate': `${scheme} realm="r", nonce="n"` }
    const request = new Request('https://api.example/orders', { headers: { authorization: `${scheme} ${btoa('ada:hunter2')}` } })

    const { alternatives } = diagnose({ request, response: new Response(null, { status: 401, headers }) })

    expect(alternatives).toEqual([])
  })

  it('does not say that a challenge is missing where one is there that cannot be read', () => {
    const response = new Response(null, { status: 401, headers: { 'www-authenticate': 'error=invalid_token' } })

    const { cause, alternatives } = diagnose({ response })

    expect([cause, ...alternatives.map((other) => other.cause)]).toEqual(['challenge-malformed'])
  })

  it.each([
    ['Invalid token for this location', 'challenge-missing'],
    ['You have not signed in yet; sign in before calling', 'challenge-missing'],
    ['The call was not blocked, only slow', 'challenge-missing'],
    ['Sign-in from your current location is not possible', 'policy'],
    ['Your account has been blocked', 'policy'],
    ['The token is not valid before 11/26/2026', 'token-not-yet-valid'],
    ['token is not valid yet', 'token-not-yet-valid'],
    ['Token used before issued', 'token-not-yet-valid'],
  ])('looks for phrases, not for single words: “%s”', (message, cause) => {
    expect(diagnose({ response: new Response(null, { status: 401 }), body: JSON.stringify({ message }) }).cause).toBe(cause)
  })

  it.each([404, 429, 503])('says of a %i that it is not about credentials', (status) => {
    const diagnosis = diagnose({ response: new Response(null, { status }), tokens: { accessToken: 'opaque' } })

    expect(diagnosis).toMatchObject({
      cause: 'unknown',
      confidence: 'likely',
      summary: `The status is ${status}: this is not about credentials.`,
    })
    expect(diagnosis.party).toBe(status < 500 ? 'client' : 'resource server')
  })

  it.each([
    [200, 'certain'],
    [304, 'likely'],
  ])('is as sure that a %i is no refusal as can be seen: %s', (status, confidence) => {
    expect(diagnose({ response: new Response(null, { status }) })).toMatchObject({ cause: 'not-refused', confidence })
  })

  it.each([
    ['token-not-yet-valid', 'authorization server'],
    ['graphql-in-band', 'client'],
  ])('leaves %s to who can do what it advises: %s', (cause, party) => {
    const { input = {} } = fixtures.find((fixture) => fixture.cause === cause) ?? {}

    expect(diagnose(input)).toMatchObject({ cause, party })
  })

  it('repeats what the client says of a refresh that came out as unavailable, and nothing secret of others', () => {
    const ended = { type: 'refresh-ended', outcome: 'unavailable' }
    const own = new RefreshUnavailableError('The token endpoint answered 503')

    expect(diagnose({ event: { ...ended, error: own } }).evidence).toEqual([
      'The refresh ended as unavailable.',
      'The token endpoint answered 503.',
    ])
    expect(diagnose({ event: { ...ended, error: new Error('hunter2') } }).evidence).toEqual(['The refresh ended as unavailable.'])
  })

  it('does not say that a token of another type than Bearer stayed behind where the challenge names what is wrong with it', () => {
    const tokens = { accessToken: 'opaque', tokenType: 'DPoP' }
    // The app's own request, without what the client has added.
    const request = { url: 'https://api.example/orders', method: 'GET', headers: new Headers() }
    const causeOf = (challenge: string) => {
      const response = new Response(null, { status: 401, headers: { 'www-authenticate': challenge } })
      return diagnose({ response, request, tokens }).cause
    }

    expect(causeOf('DPoP error="invalid_token"')).toBe('token-expired')
    expect(causeOf('DPoP algs="ES256"')).toBe('credentials-missing')
  })

  it('does not take an expiry of the session’s in seconds, which the client ignores, for one of decades ago', () => {
    const response = new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } })
    const causeAt = (expiresAt: number) => diagnose({ response, tokens: { accessToken: 'opaque', expiresAt }, now })

    expect(causeAt(now / 1000 + 600).evidence).toContain('Servers say invalid_token mostly of expired tokens.')
    expect(causeAt(now - 600_000).evidence).toContain('It expired 10 minutes ago, by the clock of this machine.')
    expect(causeAt(0).evidence.join()).toContain('It expired')
  })

  it('counts one second, and one minute, as one', () => {
    const headers = { date: new Date(now - 1000).toUTCString(), age: '1' }
    const tokens = { accessToken: jwt({ exp: now / 1000 + 60 }) }
    const revoked = { 'www-authenticate': 'Bearer error="invalid_token", error_description="revoked"' }

    expect(diagnose({ response: new Response(null, { status: 401, headers }) }).evidence).toContain('Its Age is 1 second.')
    expect(diagnose({ response: new Response(null, { status: 401, headers: revoked }), tokens, now }).evidence).toContain(
      'By its exp, it has 1 minute left.',
    )
  })

  it('looks for a browser’s console only where a browser may have sent the request', () => {
    const fixesOf = (error: string) => diagnose({ event: { type: 'request-failed', error } }).fixes.join()

    expect(fixesOf('TypeError')).toContain('console')
    expect(fixesOf('ECONNREFUSED')).not.toContain('console')
  })

  it.each([
    [{ 'x-ratelimit-remaining': '0' }, {}],
    [{}, { message: 'API rate limit exceeded for user ID 1.' }],
  ])('explains a 403 as a limit of calls, not of the scope, with %o and %o', (headers, said) => {
    const response = new Response(null, { status: 403, headers: headers as HeadersInit })

    const diagnosis = diagnose({ response, body: JSON.stringify(said), tokens: { accessToken: 'opaque' } })

    expect(diagnosis).toMatchObject({
      cause: 'unknown',
      summary: 'The rate limit is reached: this is not about credentials.',
      alternatives: [],
    })
  })

  it('does not call a token revoked of which the challenge itself says something else', () => {
    const headers = { 'www-authenticate': 'Bearer error="invalid_token", error_description="wrong audience"' }

    const diagnosis = diagnose({
      response: new Response(null, { status: 401, headers }),
      tokens: { accessToken: jwt({ exp: now / 1000 + 600 }) },
      now,
    })

    expect(diagnosis).toMatchObject({ cause: 'wrong-audience', alternatives: [] })
  })

  it('does not say that the request carried no credentials where it is not shown', () => {
    const headers = { 'www-authenticate': 'Bearer realm="api"' }

    const { cause, summary } = diagnose({ response: new Response(null, { status: 401, headers }) })

    expect([cause, summary]).toEqual(['credentials-missing', 'The request may have carried no credentials.'])
  })

  it('takes a token without a scheme for malformed for certain only where the challenge asks for Bearer', () => {
    const request = { url: 'https://api.example/', headers: new Headers({ authorization: jwt({ sub: 'ada' }) }) }
    const answers = [{}, { 'www-authenticate': 'Bearer' }].map((headers) => new Response(null, { status: 401, headers }))

    const found = answers.map((response) => diagnose({ request, response }))

    expect(found.map(({ cause, confidence }) => `${cause}, ${confidence}`)).toEqual([
      'credentials-malformed, likely',
      'credentials-malformed, certain',
    ])
  })

  it('does not blame a proxy that the answer passed where the server only names the status', () => {
    const request = new Request('https://api.example/', { headers: { authorization: 'Bearer opaque' } })
    const headers = { server: 'nginx' }
    const bodies = ['{"message":"Unauthenticated."}', '{"message":"No token was sent"}']

    const found = bodies.map((body) => diagnose({ request, response: new Response(null, { status: 401, headers }), body }))

    expect(found.map(({ cause, confidence }) => `${cause}, ${confidence}`)).toEqual([
      'authorization-stripped, possible',
      'authorization-stripped, likely',
    ])
  })

  it('reads what a server says in millions of letters, and quotes no key that it had to cut in two', () => {
    const secret = 'abcdefghij0123456789'.repeat(500_000)
    const told = [secret, `${'word '.repeat(19_990)}${secret}`]

    const quotes = told.map((message) => diagnose({ response: new Response(null, { status: 401 }), body: JSON.stringify({ message }) }))

    expect(JSON.stringify(quotes)).not.toContain('abcdefghij')
    expect(quotes[0]?.evidence).toContain('The server says: “…”')
  })

  it('looks for no words in a long text, nor in a page', () => {
    const response = new Response(null, { status: 401 })

    for (const body of [`The audience ${'and so on '.repeat(40)}`, '<p>The audience</p>'])
      expect(diagnose({ response, body }).cause).toBe('challenge-missing')
  })

  it('adds to the server’s Date how old an answer of a cache is', () => {
    const headers = { date: new Date(now - 240_000).toUTCString(), age: '240' }
    const tokens = { accessToken: jwt({ exp: now / 1000 - 120 }) }

    const { cause, alternatives } = diagnose({ response: new Response(null, { status: 401, headers }), tokens, now })

    expect([cause, alternatives[0]?.cause]).toEqual(['cached-refusal', 'token-expired'])
  })

  it('gives the size of a skew in words', () => {
    const response = new Response(null, { status: 401, headers: { date: new Date(now).toUTCString() } })

    const { evidence } = diagnose({ response, tokens: { accessToken: jwt({ exp: now / 1000 + 60 }) }, now: now + 600_000 })

    expect(evidence[0]).toBe('This machine is 10 minutes ahead of the server’s Date.')
  })

  it('shows no key with a space in it as the scheme that was sent', () => {
    const request = new Request('https://api.example/orders', { headers: { authorization: 'correct1horse0123456789 more' } })
    const response = new Response(null, { status: 401, headers: { 'www-authenticate': 'Basic realm="staff"' } })

    const { cause, evidence } = diagnose({ request, response })

    expect(cause).toBe('wrong-scheme')
    expect(evidence).toEqual(['Sent: a value without a scheme. Asked for: Basic.'])
  })

  it.each([
    ['1|laravelsanctumtokens', 'challenge-missing', 'possible'],
    ['00D5g000004abcd!AQ8AQFz1_salesforce', 'challenge-missing', 'possible'],
    ['a{b}c', 'credentials-malformed', 'likely'],
  ])('is not certain that a token is refused for a character that servers of their own may take: %s', (token, cause, confidence) => {
    const request = new Request('https://api.example/orders', { headers: { authorization: `Bearer ${token}` } })

    expect(diagnose({ request, response: new Response(null, { status: 401 }) })).toMatchObject({ cause, confidence })
  })

  it('lets no secret through that a server echoes', () => {
    const token = jwt({ sub: 'ada' })
    const response = new Response(null, {
      status: 401,
      headers: { 'www-authenticate': `Bearer error="invalid_token", error_description="bad token ${token} revoked"` },
    })

    expect(JSON.stringify(diagnose({ response }))).not.toContain(token)
  })

  it.each([
    ['a key in a header of its own', { 'x-my-key': 'correcthorse', authorization: 'Bearer opaque' }, '', 'correcthorse'],
    ['a key in the query', {}, '?page=2&api_key=correct%20horse', 'correct horse'],
    ['the token of Firebase in the query', {}, '?auth=correcthorse', 'correcthorse'],
    ['a password', { authorization: `Basic ${btoa('ada:correcthorse')}` }, '', 'correcthorse'],
    ['user and password', { authorization: `Basic ${btoa('ada:correcthorse')}` }, '', 'ada:correcthorse'],
    ['a cookie', { cookie: 'a=1; sid=correcthorse' }, '', 'correcthorse'],
    [
      'credentials of more than one part',
      { authorization: 'Digest username="ada", response="correcthorse"' },
      '',
      'response="correcthorse"',
    ],
    ['credentials without a scheme', { authorization: 'correcthorse' }, '', 'correcthorse'],
    ['a key with a space in it', { authorization: 'correct1horse more' }, '', 'correct1horse'],
  ])('does not let %s through that a server repeats', (_, headers: Record<string, string>, query, secret) => {
    const request = { url: `https://api.example/orders${query}`, headers: new Headers(headers) }
    const sent = headers.authorization?.startsWith('Digest') ? headers.authorization.slice(7) : secret
    const body = JSON.stringify({ message: `unknown api key: ${sent}` })

    const text = JSON.stringify(diagnose({ request, response: new Response(null, { status: 401 }), body }))

    expect(text).toContain('unknown api key: [redacted]')
    expect(text).not.toMatch(/correct|horse/)
  })

  it.each(['', 'x', 'x-oauth-basic'])('does not let a key through that is sent as the user, with the password “%s”', (password) => {
    const headers = { authorization: `Basic ${btoa(`correcthorse:${password}`)}` }
    const request = new Request('https://api.example/orders', { headers })

    const text = JSON.stringify(
      diagnose({ request, response: new Response(null, { status: 401 }), body: '{"message":"unknown api key: correcthorse"}' }),
    )

    expect(text).toContain('unknown api key: [redacted]')
  })

  it('shows a UUID, which names a tenant, and marks where it cuts what a server says', () => {
    const scope = 'api://72f988bf-86f1-41af-91ab-2d7cd011db47/access_as_user'
    const headers = { 'www-authenticate': `Bearer error="insufficient_scope", scope="${scope}"` }

    const { evidence } = diagnose({ response: new Response(null, { status: 403, headers }) })
    const long = diagnose({ response: new Response(null, { status: 401 }), body: JSON.stringify({ message: 'so long '.repeat(30) }) })

    expect(evidence).toContain(`The API wants the scope ${scope}.`)
    expect(long.evidence[1]).toMatch(/so long …”$/)
  })

  it.each([
    ['a line separator', 'https://ada:hunter2\u2028@api.example/'],
    ['a scheme with a plus', 'web+api://ada:hunter2@api.example/'],
    ['no scheme', '//ada:hunter2@api.example/'],
  ])('shows no password of a URL that has %s', (_, url) => {
    const request = { url: `${url}?access_token=opaque`, headers: new Headers() }

    const text = JSON.stringify(diagnose({ request, response: new Response(null, { status: 401 }) }))

    expect(text).toContain('//api.example/')
    expect(text).not.toContain('hunter2')
  })

  it('hides a UUID that was sent as the key', () => {
    const key = '72f988bf-86f1-41af-91ab-2d7cd011db47'
    const request = new Request('https://api.example/orders', { headers: { 'x-api-key': key } })

    const text = JSON.stringify(
      diagnose({ request, response: new Response(null, { status: 401 }), body: `{"message":"No such key ${key}"}` }),
    )

    expect(text).not.toContain(key)
  })

  it.each(['***', '***REDACTED***', 'gho_***', '[REDACTED]', '[REDACTED_TOKEN]', '<redacted>', 'xxxxxxxx', '…', 'eyJhbGci…'])(
    'takes “Bearer %s” for a token that a transcript does not show',
    (shown) => {
      const headers = { get: (name: string) => (name === 'authorization' ? `Bearer ${shown}` : null) }
      const challenge = 'Bearer error="invalid_token", error_description="The audience is invalid"'
      const response = new Response(null, { status: 401, headers: { 'www-authenticate': challenge } })

      const { cause, alternatives } = diagnose({ request: { url: 'https://api.example/orders', headers }, response })

      expect([cause, ...alternatives.map((other) => other.cause)]).not.toContain('credentials-malformed')
      expect(cause).toBe('wrong-audience')
    },
  )

  it('does not take “Basic ***” for a fault of the encoding', () => {
    const headers = { get: (name: string) => (name === 'authorization' ? 'Basic ***' : null) }
    const response = new Response(null, { status: 401, headers: { 'www-authenticate': 'Basic realm="staff"' } })

    expect(diagnose({ request: { url: 'https://api.example/', headers }, response }).cause).toBe('basic-credentials')
  })

  it.each([
    ['a field that may hold a key', 401, { 'x-tenant': 'blue' }, {}],
    ['a 403 that may be a firewall’s', 403, {}, { message: 'Make sure your request has a User-Agent header' }],
  ])('says no more than that credentials may be missing, with %s', (_, status, headers, said) => {
    const request = new Request('https://api.example/orders', { headers: headers as HeadersInit })

    const diagnosis = diagnose({ request, response: new Response(null, { status }), body: JSON.stringify(said) })

    expect(diagnosis).toMatchObject({ cause: 'credentials-missing', confidence: 'possible' })
  })

  it.each([
    [401, { 'www-authenticate': 'Bearer' }, { 'x-tenant': 'blue' }, {}],
    [401, {}, { 'x-requested-with': 'fetch', 'if-none-match': '"1"' }, {}],
    [403, {}, {}, { message: 'User "system:anonymous" cannot list resource "pods"' }],
  ])('is surer that credentials are missing where a %i asks for them, may hold none, or says so', (status, answered, sent, said) => {
    const request = new Request('https://api.example/orders', { headers: sent as HeadersInit })
    const response = new Response(null, { status, headers: answered as HeadersInit })

    expect(diagnose({ request, response, body: JSON.stringify(said) })).toMatchObject({
      cause: 'credentials-missing',
      confidence: 'likely',
    })
  })

  it.each([
    ['Okta', { errorCode: 'E0000011', errorSummary: 'Invalid token provided' }, 'Invalid token provided'],
    ['Notion', { message: 'API token is invalid.' }, 'API token is invalid.'],
    ['Graph', { error: { message: 'Invalid x5t claim.' } }, 'Invalid x5t claim.'],
    ['Shopify', { errors: 'This app is not installed' }, 'This app is not installed'],
    ['Apigee', { fault: { faultstring: 'Invalid Access Token' } }, 'Invalid Access Token'],
    ['Salesforce', [{ message: 'This session is not for the API', errorCode: 'INVALID_SESSION_ID' }], 'This session is not for the API'],
  ])('quotes the reason that %s gives in the body only', (_, said, quote) => {
    const request = new Request('https://api.example/orders', { headers: { authorization: 'Bearer opaque' } })

    const { cause, evidence } = diagnose({ request, response: new Response(null, { status: 401 }), body: JSON.stringify(said) })

    expect(cause).toBe('challenge-missing')
    expect(evidence.join()).toContain(quote)
  })

  it('speaks of no challenge, and of no token, where a token endpoint misses a parameter', () => {
    const request = new Request('https://login.example/token', { method: 'POST' })
    const body = '{"error":"invalid_request","error_description":"The parameter scope is missing"}'

    const { cause, evidence, fixes } = diagnose({ request, response: new Response(null, { status: 400 }), body })

    expect({ cause, said: evidence[0] }).toEqual({ cause: 'invalid-request', said: 'The answer says invalid_request.' })
    expect(evidence.join()).toContain('The parameter scope is missing')
    expect(fixes.join()).not.toMatch(/in the header/)
  })

  it.each([
    ['a key in a field', '', { 'x-api-key': 'sk_live_0123456789' }],
    ['a signature in the query', '?sv=2024&sig=0a1b2c', {}],
    ['the token of Firebase in the query', '?auth=0a1b2c', {}],
  ])('does not say that no credentials were sent where there was %s', (_, query, headers) => {
    const request = new Request(`https://api.example/orders${query}`, { headers })

    for (const status of [401, 403])
      expect(JSON.stringify(diagnose({ request, response: new Response(null, { status }) }))).not.toMatch(
        /No credentials were sent|No Authoriz/,
      )
  })

  it('does not say that a key was not taken where none was sent', () => {
    const request = new Request('https://api.example/orders')
    const body = '{"error":{"message":"Please use API Key or other form of API consumer identity to call this API."}}'

    const { summary, fixes } = diagnose({ request, response: new Response(null, { status: 403 }), body })

    expect(summary).toBe('The server speaks of an API key, but the request shows none.')
    expect(fixes.join()).not.toContain('Compare')
  })

  it('does not take a scheme with nothing behind it for a secret', () => {
    const request = { url: 'https://api.example/orders', headers: { get: (name: string) => (name === 'authorization' ? 'Basic ' : null) } }
    const headers = { 'www-authenticate': 'Bearer error="insufficient_user_authentication", acr_values="Basic or more"' }

    const { evidence } = diagnose({ request, response: new Response(null, { status: 401, headers }) })

    expect(evidence).toContain('It wants acr_values Basic or more.')
  })

  it('quotes a reason that it does not know', () => {
    const headers = { 'www-authenticate': 'Bearer error="invalid_token", error_description="The token has no expiration"' }
    const tokens = { accessToken: jwt({ exp: now / 1000 + 600 }) }

    const diagnosis = diagnose({ response: new Response(null, { status: 401, headers }), tokens, now })

    expect(diagnosis).toMatchObject({ cause: 'unknown', confidence: 'possible', summary: 'The server gives a reason in its own words.' })
    expect(diagnosis.evidence).toContain('The server says: “The token has no expiration”')
  })

  it('quotes what a 403 says, where the status is all that it is concluded from', () => {
    const body = '{"message":"You must grant your OAuth token access to this organization"}'
    const request = new Request('https://api.example/orders', { headers: { authorization: 'Bearer opaque' } })

    const { cause, confidence, evidence } = diagnose({ request, response: new Response(null, { status: 403 }), body })

    expect({ cause, confidence }).toEqual({ cause: 'insufficient-scope', confidence: 'possible' })
    expect(evidence.join()).toContain('grant your OAuth token access')
  })

  it.each([
    ['Bearer error="insufficient_claims", claims="e30="', true],
    ['Bearer error="invalid_token", error_description="Blocked by conditional access"', false],
  ])('speaks of the claims of a challenge only where it has them: %s', (challenge, speaks) => {
    const response = new Response(null, { status: 401, headers: { 'www-authenticate': challenge } })

    const { cause, fixes } = diagnose({ response })

    expect(cause).toBe('policy')
    expect(fixes.join().includes('`claims`')).toBe(speaks)
  })

  it('says nothing of a token where a cookie lacks a permission', () => {
    const request = { url: 'https://api.example/orders', headers: new Headers({ cookie: 'sid=1' }) }
    const body = '{"detail":"You do not have permission to perform this action."}'

    const { summary, fixes } = diagnose({ request, response: new Response(null, { status: 403 }), body })

    expect(summary).toBe('The credentials are valid, but not allowed to do this.')
    expect(fixes.join()).not.toMatch(/scope|token/)
  })

  it.each([
    ['Code not valid', 'likely', 'client', 'a code, a password or an assertion'],
    ['Wrong email or password.', 'likely', 'client', 'a code, a password or an assertion'],
    [
      'AADSTS54005: OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.',
      'likely',
      'client',
      'a code, a password or an assertion',
    ],
    ['The provided grant has expired', 'likely', 'authorization server', 'no longer accepts the refresh token'],
    ['The authorization code or refresh token has expired', 'certain', 'authorization server', 'no longer accepts the refresh token'],
  ])('takes invalid_grant for what the words say: %s', (description, confidence, party, summary) => {
    const body = JSON.stringify({ error: 'invalid_grant', error_description: description })

    const diagnosis = diagnose({ response: new Response(null, { status: 400 }), body })

    expect(diagnosis).toMatchObject({ cause: 'refresh-token-rejected', confidence, party, alternatives: [] })
    expect(diagnosis.summary).toContain(summary)
    expect(diagnosis.evidence.join()).toContain(description)
  })

  it.each([
    ["Grant type 'client_credentials' not allowed for the client.", 'does not allow this client the grant'],
    ['Invalid client or Invalid client credentials', 'its secret was probably changed'],
  ])('blames the secret for unauthorized_client only where the words do: %s', (errorDescription, summary) => {
    const body = JSON.stringify({ error: 'unauthorized_client', error_description: errorDescription })
    const event = { type: 'refresh-ended', outcome: 'misconfigured', error: { error: 'unauthorized_client', errorDescription } }

    for (const diagnosis of [diagnose({ response: new Response(null, { status: 400 }), body }), diagnose({ event })]) {
      expect(diagnosis.summary).toContain(summary)
      expect(diagnosis.evidence.join()).toContain(errorDescription)
    }
  })

  it.each([
    [{ data: null, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] }, 'Use `graphqlUnauthenticated`'],
    [{ data: { me: null }, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] }, 'an `isUnauthorized` of your own'],
    [{ errors: [{ extensions: { code: 'invalid-jwt' } }] }, 'an `isUnauthorized` of your own'],
    [{ errors: [{ errorType: 'UNAUTHENTICATED' }] }, 'an `isUnauthorized` of your own'],
    [{ errors: [{ extensions: { classification: 'UNAUTHORIZED' } }] }, 'Use `graphqlUnauthenticated`'],
    [{ errors: [{ extensions: { errorType: 'UNAUTHENTICATED' } }] }, 'Use `graphqlUnauthenticated`'],
    [{ errors: [{ extensions: { errorType: 'PERMISSION_DENIED' } }] }, 'A refresh does not help'],
    [{ errors: [{ extensions: { code: 'FORBIDDEN' } }] }, 'A refresh does not help'],
  ])('advises of GraphQL’s answer what the client can do: %j', (said, fix) => {
    const { cause, fixes } = diagnose({ response: new Response(null, { status: 200 }), body: JSON.stringify(said) })

    expect(cause).toBe('graphql-in-band')
    expect(fixes.join()).toContain(fix)
  })

  it.each([
    ['jwt malformed', 'The API cannot read the token: it was cut short or changed, or it is not a JWT.'],
    ['IDX14100: JWT is not well formed, there are no dots (.). (JWS): ‘EncodedHeader.EncodedPayload.EncodedSignature’', 'The API cannot'],
    ['An error occurred while attempting to decode the Jwt: Malformed token', 'The API cannot read the token'],
    ['An error occurred while attempting to decode the Jwt: Signed JWT rejected: Invalid signature', 'The signature of the token'],
    ['invalid algorithm', 'The signature of the token is not valid.'],
  ])('distinguishes a token that cannot be read from one whose signature is not valid: %s', (error_description, summary) => {
    const request = new Request('https://api.example/orders', { headers: { authorization: 'Bearer opaque-access-token' } })
    const body = JSON.stringify({ error_description })

    const diagnosis = diagnose({ request, response: new Response(null, { status: 401 }), body })

    expect(diagnosis).toMatchObject({ cause: 'invalid-signature', summary: expect.stringContaining(summary) })
  })

  it.each(['Invalid Compact JWS', 'jwt malformed', ''])('says of a token that is encrypted that no API was named: “%s”', (description) => {
    const encrypted = `${Buffer.from('{"alg":"dir","enc":"A256GCM"}').toString('base64url')}..aXY.dGV4dA.dGFn`
    const request = new Request('https://api.example/orders', { headers: { authorization: `Bearer ${encrypted}` } })
    const headers = { 'www-authenticate': `Bearer error="invalid_token", error_description="${description}"` }

    const { cause, summary, fixes } = diagnose({ request, response: new Response(null, { status: 401, headers }) })

    expect(cause).toBe('wrong-audience')
    expect(summary).toContain('encrypted')
    expect(fixes.join()).toContain('`audience` at Auth0')
  })

  it.each([
    [{ authorization: 'HMAC keyId="k", signature="x"' }, 'The signature of the request'],
    [{ authorization: `Bearer ${jwt({})}` }, 'The signature of the token'],
  ])('says whose signature does not hold, with %o', (headers, summary) => {
    const request = new Request('https://api.example/orders', { headers })
    const body = '{"message":"The signature does not match"}'

    expect(diagnose({ request, response: new Response(null, { status: 401 }), body }).summary).toContain(summary)
  })

  it('points the caller of a registry to the service that gives its tokens', () => {
    const request = new Request('https://registry.example/v2/library/x/manifests/latest')
    const headers = {
      'www-authenticate': 'Bearer realm="https://auth.example/token",service="registry.example",scope="repository:library/x:pull"',
    }

    const { cause, fixes } = diagnose({ request, response: new Response(null, { status: 401, headers }) })

    expect(cause).toBe('credentials-missing')
    expect(fixes[0]).toContain('Ask https://auth.example/token for a token')
  })

  it.each([
    { message: 'Bad credentials', status: '401' },
    { object: 'error', status: 401, code: 'unauthorized', message: 'API token is invalid.' },
    { id: 'Unauthorized', message: 'Unable to authenticate you' },
  ])('tells the caller to look at the credentials where GitHub, Notion or DigitalOcean say no more: %j', (said) => {
    const request = new Request('https://api.example/user', { headers: { authorization: 'Bearer opaque-access-token' } })

    const diagnosis = diagnose({ request, response: new Response(null, { status: 401 }), body: JSON.stringify(said) })

    expect(diagnosis).toMatchObject({ cause: 'challenge-missing', party: 'client' })
    expect(diagnosis.summary).toContain('wrong, expired or revoked')
    expect(diagnosis.fixes[0]).toContain('Compare their first and last characters')
  })

  it.each(['Resource not accessible by integration', 'You do not have permission to perform the requested action', ''])(
    'does not take every 403 for a scope that is too narrow: “%s”',
    (message) => {
      const request = new Request('https://api.example/user', { headers: { authorization: 'Bearer opaque-access-token' } })

      const { summary, fixes } = diagnose({ request, response: new Response(null, { status: 403 }), body: JSON.stringify({ message }) })

      expect(summary).toContain('a scope, a role or a permission is missing')
      expect(fixes[0]).toContain('Ask whoever runs the API')
    },
  )

  it.each([
    'You have triggered an abuse detection mechanism',
    'Quota exceeded for project',
    'Too many requests',
    'TotalRequests Limit exceeded.',
  ])('explains a 403 as a limit of calls by its words: %s', (message) => {
    const response = new Response(null, { status: 403 })

    expect(diagnose({ response, body: JSON.stringify({ message }), tokens: { accessToken: 'opaque' } }).cause).toBe('unknown')
  })

  it.each([
    [{ type: 'request-failed', error: 'AbortError' }, 'client', 'The caller aborted'],
    [{ type: 'request-failed', error: 'TimeoutError' }, 'network', 'No answer came'],
    [{ type: 'decision', status: 401, reason: 'budget spent' }, 'resource server', 'keeps refusing tokens that were just refreshed'],
    [{ type: 'decision', status: 401, reason: 'cooling down' }, 'authorization server', 'could not be reached'],
    [{ type: 'decision', status: 401, reason: 'no refresh token' }, 'client', 'The client has no refresh token'],
  ])('leaves %o to the one who can act: %s', (event, party, summary) => {
    const diagnosis = diagnose({ event })

    expect(diagnosis.party).toBe(party)
    expect(diagnosis.summary).toContain(summary)
  })

  it('says that the API cannot reach the keys, not that they were changed', () => {
    const message = 'Failed to retrieve remote JWK set'

    const { summary, fixes } = diagnose({ response: new Response(null, { status: 401 }), body: JSON.stringify({ message }) })

    expect(summary).toContain('cannot get the keys')
    expect(fixes).toContain('A new token does not help.')
  })

  it('does not stumble over a challenge that names no header a request could have', () => {
    const request = new Request('https://api.example/orders', { headers: { 'x-request-id': '1' } })
    const response = new Response(null, { status: 401, headers: { 'www-authenticate': 'Custom name=" "' } })

    expect(diagnose({ request, response }).cause).toBe('credentials-missing')
  })

  it.each([null, { audience: null, issuer: null }])('treats %j as not saying what the API accepts', (expected) => {
    const request = new Request('https://api.example/orders', { headers: { authorization: `Bearer ${jwt({ aud: 'a' })}` } })
    const untyped = { request, response: new Response(null, { status: 401 }), expected } as unknown as DiagnoseInput

    expect(diagnose(untyped)).toEqual(diagnose({ ...untyped, expected: undefined }))
  })

  it('quotes what is said where Basic was sent', () => {
    const request = new Request('https://api.example/orders', { headers: { authorization: `Basic ${btoa('ada:hunter2')}` } })
    const response = new Response(null, { status: 401, headers: { 'www-authenticate': 'Basic realm="api"' } })

    const { evidence } = diagnose({ request, response, body: 'Passwords are not taken since May' })

    expect(evidence).toEqual([
      'Basic was sent, and the server asks for Basic again.',
      'The server says: “Passwords are not taken since May”',
    ])
  })

  it('takes real Request and Response objects', () => {
    const request = new Request('https://api.example/?secret=hunter2')

    const diagnosis = diagnose({ request, response: new Response(null, { status: 401 }) })

    expect(diagnosis.cause).toBe('credentials-missing')
    expect(JSON.stringify(diagnosis)).not.toContain('hunter2')
  })
})

type GoodCase = Pick<DiagnoseInput, 'now' | 'expected'> & { readonly url?: string; readonly authorization?: string | null }
