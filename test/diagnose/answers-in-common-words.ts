import { alive, bearer, exchange, type Fixture, invalid, json, jwt, opaque, seconds, secrets } from './fixtures'

const said = (status: number, body: object, token: string = alive): Fixture['input'] => exchange(status, {}, bearer(token), json(body))
const asked = (status: number, body: object): Fixture['input'] =>
  exchange(status, {}, {}, { method: 'POST', url: 'https://login.example/oauth/token', ...json(body) })

/** Words that mean one thing here and another there: whose words, and what came there. */
export const answersInCommonWords: readonly Fixture[] = [
  {
    cause: 'forbidden-instead-of-unauthorized',
    of: 'FastAPI, which saw none, with 403',
    input: said(403, { detail: 'Not authenticated' }),
  },
  {
    cause: 'authorization-stripped',
    of: 'Spring, which saw none',
    input: said(401, { message: 'Full authentication is required to access this resource' }),
  },
  { cause: 'authorization-stripped', of: 'GitHub, which saw none', input: said(401, { message: 'Requires authentication' }) },
  { cause: 'authorization-stripped', of: 'jsonwebtoken, which saw none', input: said(401, { message: 'jwt must be provided' }) },
  {
    cause: 'credentials-missing',
    of: 'jsonwebtoken, to which none was sent',
    input: exchange(401, {}, {}, json({ m: 'jwt must be provided' })),
  },
  { cause: 'token-not-yet-valid', of: 'jsonwebtoken', input: said(401, { name: 'NotBeforeError', message: 'jwt not active' }, opaque) },
  {
    cause: 'token-not-yet-valid',
    of: '.NET, which begins as where it has expired',
    input: said(401, { message: 'IDX10222: Lifetime validation failed. The token is not yet valid. ValidFrom (UTC): ‘x’' }, opaque),
  },
  {
    cause: 'token-expired',
    of: '.NET',
    input: said(401, { message: 'IDX10223: Lifetime validation failed. The token is expired. ValidTo (UTC): ‘x’' }, opaque),
  },
  {
    cause: 'graphql-in-band',
    of: 'Shopify, of a scope that is missing',
    input: exchange(
      200,
      {},
      { 'x-shopify-access-token': secrets[3] },
      {
        method: 'POST',
        ...json({ errors: [{ message: 'Access denied for orders field.', extensions: { code: 'ACCESS_DENIED' } }] }),
      },
    ),
  },
  {
    cause: 'graphql-in-band',
    of: 'Linear, with 400',
    input: said(400, { errors: [{ message: 'Authentication required', extensions: { code: 'AUTHENTICATION_ERROR' } }] }, opaque),
  },
  {
    cause: 'client-rejected',
    of: 'Auth0, of an API that the client may not have',
    input: asked(403, { error: 'access_denied', error_description: 'Client is not authorized to access "https://api.example".' }),
  },
  {
    cause: 'step-up-required',
    of: 'an API of its own',
    input: said(403, { code: 'mfa_required', message: 'Multi-factor authentication required' }),
  },
  { cause: 'step-up-required', of: 'an API of its own, with the code as its error', input: said(403, { error: 'mfa_required' }) },
  { cause: 'step-up-required', of: 'an API of its own, in two words', input: said(401, { message: 'MFA required' }) },
  { cause: 'token-revoked', of: 'an account that may not come in', input: said(403, { message: 'Your account has been suspended' }) },
  ...[401, 403].flatMap((status) =>
    ['Your trial has expired. Please upgrade.', 'Your license has expired', 'The subscription is expired'].map(
      (message): Fixture => ({
        cause: 'unknown',
        of: `what is not paid for, with ${status}: ${message}`,
        input: said(status, { message }, opaque),
      }),
    ),
  ),
  {
    cause: 'token-expired',
    of: 'a challenge, whatever else has expired',
    input: exchange(401, invalid('The token expired'), bearer(opaque), json({ message: 'Your trial has expired' })),
  },
  ...[
    { error: { message: 'This model’s maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.' } },
    { error: { type: 'invalid_request_error', message: 'max_tokens: Field required' } },
    { error: { type: 'invalid_request_error', message: 'No such token: ‘tok_visa’' } },
    { message: 'Invalid captcha token' },
  ].map((body): Fixture => ({ cause: 'unknown', of: `tokens of another kind: ${JSON.stringify(body)}`, input: said(400, body, opaque) })),
  {
    cause: 'challenge-missing',
    of: 'a marketing API, whose audience is whom a campaign is for',
    input: said(401, { message: 'You cannot view this audience' }),
  },
  ...['server_error', 'temporarily_unavailable', 'slow_down'].map(
    (error): Fixture => ({ cause: 'unknown', of: `an API that has a code of token endpoints: ${error}`, input: said(503, { error }) }),
  ),
  {
    cause: 'insufficient-scope',
    of: 'Doorkeeper, whose code for it is a token endpoint’s',
    input: exchange(
      403,
      { 'www-authenticate': 'Bearer error="invalid_scope", error_description="Access to this resource requires scope \\"write\\"."' },
      bearer(opaque),
    ),
  },
  {
    cause: 'wrong-audience',
    of: 'an API whose code for it is a token endpoint’s',
    input: said(403, { error: 'invalid_target', message: 'The token is not for this audience' }, jwt({ aud: 'x', exp: seconds + 600 })),
  },
  { cause: 'refresh-unavailable', of: 'a token endpoint', input: asked(503, { error: 'temporarily_unavailable' }) },
  {
    cause: 'csrf',
    of: 'Rails, in JSON',
    input: exchange(
      422,
      {},
      { cookie: `sid=${secrets[2]}` },
      { method: 'POST', ...json({ status: 422, exception: '#<ActionController::InvalidAuthenticityToken: Can’t verify>' }) },
    ),
  },
  {
    cause: 'csrf',
    of: 'Rails, in its page',
    input: exchange(
      422,
      { 'content-type': 'text/html' },
      { cookie: `sid=${secrets[2]}` },
      {
        method: 'POST',
        body: '<!DOCTYPE html>\n<html>\n<head>\n  <title>The change you wanted was rejected (422)</title>\n</head></html>',
      },
    ),
  },
]
