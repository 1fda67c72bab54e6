import { alive, bearer, exchange, type Fixture, invalid, json, jwt, opaque, seconds } from './fixtures'

const described = (description: string, token = alive) => exchange(401, invalid(description), bearer(token))

/** What servers say of a token, word for word: whose words, and what came there. */
export const answersAboutTokens: readonly Fixture[] = [
  { cause: 'unknown-key', of: 'jose', input: described('no applicable key found in the JSON Web Key Set') },
  { cause: 'unknown-key', of: 'API Gateway, out of reach of the keys', input: described('OIDC discovery endpoint communication error') },
  {
    cause: 'unknown-key',
    of: 'Spring, out of reach of the keys',
    input: described("An error occurred while attempting to decode the Jwt: Couldn't retrieve remote JWK set: I/O error on GET request"),
  },
  { cause: 'invalid-signature', of: 'Keycloak', input: described('Token verification failed') },
  {
    cause: 'invalid-signature',
    of: 'Flask-JWT-Extended, with 422',
    input: exchange(422, {}, bearer(alive), json({ msg: 'Signature verification failed' })),
  },
  {
    cause: 'invalid-signature',
    of: 'Flask-JWT-Extended, of a token that is no JWT',
    input: exchange(422, {}, bearer(opaque), json({ msg: 'Not enough segments' })),
  },
  {
    cause: 'unusual-status',
    of: 'Flask-JWT-Extended, of a claim',
    input: exchange(422, {}, bearer(opaque), json({ msg: 'Subject must be a string' })),
  },
  {
    cause: 'token-revoked',
    of: 'Keycloak, after a sign-out',
    input: described("User session not found or doesn't have client attached on it"),
  },
  { cause: 'token-revoked', of: 'Okta, which says no more than the code', input: described('The access token is invalid.') },
  { cause: 'token-revoked', of: 'an iat one second ahead', input: described('', jwt({ iat: seconds + 1, exp: seconds + 600 })) },
  { cause: 'token-not-yet-valid', of: 'an iat half a minute ahead', input: described('', jwt({ iat: seconds + 30, exp: seconds + 600 })) },
  {
    cause: 'challenge-missing',
    of: 'a role that is no reason',
    input: exchange(401, {}, bearer(alive), json({ message: 'User role token invalid' })),
  },
  { cause: 'token-expired', of: 'PyJWT and ruby-jwt', input: described('Signature has expired', jwt({ exp: seconds - 600 })) },
  { cause: 'token-expired', of: 'PyJWT, of an opaque token', input: described('Signature has expired', opaque) },
  { cause: 'token-expired', of: 'jose', input: described("'exp' claim timestamp check failed") },
  { cause: 'token-expired', of: 'an introspection that says no more', input: described('Token is not active', opaque) },
  { cause: 'token-revoked', of: 'Spring, of a token that is alive', input: described("Provided token isn't active") },
  {
    cause: 'token-not-yet-valid',
    of: 'Spring',
    input: described('An error occurred while attempting to decode the Jwt: Jwt used before 2026-01-15T13:00:00Z'),
  },
  {
    cause: 'token-expired',
    of: 'Spring, of a token that is not shown',
    input: exchange(401, invalid('An error occurred while attempting to decode the Jwt: Jwt expired at 2026-01-15T11:00:00Z'), undefined),
  },
  {
    cause: 'token-expired',
    of: 'Supabase, of a token that is not shown',
    input: exchange(
      401,
      {},
      undefined,
      json({ msg: 'invalid JWT: unable to parse or verify signature, token has invalid claims: token is expired' }),
    ),
  },
  { cause: 'unknown-key', of: 'PostgREST', input: described('No suitable key or wrong key type') },
  {
    cause: 'credentials-missing',
    of: 'a certificate that did not come',
    input: described('', jwt({ exp: seconds + 600, cnf: { 'x5t#S256': 'x' } })),
  },
  {
    cause: 'token-expired',
    of: 'a token that is bound to a certificate',
    input: described('', jwt({ exp: seconds - 600, cnf: { 'x5t#S256': 'x' } })),
  },
  { cause: 'invalid-signature', of: 'Cloud Run', input: described('The access token could not be verified') },
  { cause: 'invalid-signature', of: 'Envoy', input: exchange(401, invalid(), bearer(alive), { body: 'Jwt verification fails' }) },
  {
    cause: 'invalid-signature',
    of: 'Microsoft Graph, of what is no JWT',
    input: exchange(401, {}, bearer(opaque), json({ error: { message: 'IDX14100: JWT is not well formed, there are no dots (.).' } })),
  },
]
