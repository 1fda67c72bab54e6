import { alive, bearer, exchange, type Fixture, invalid, json, opaque, secrets } from './fixtures'

const said = (status: number, body: object, token: string = opaque): Fixture['input'] => exchange(status, {}, bearer(token), json(body))
const unsent = (status: number, body: object, url?: string): Fixture['input'] =>
  exchange(status, {}, {}, { ...(url && { url }), ...json(body) })
const posted = (status: number, body: object, url: string): Fixture['input'] =>
  exchange(status, {}, {}, { method: 'POST', url, ...json(body) })
/** `Headers`, so that all fields are seen. */
const keyIn = (field: string, status: number, body: object): Fixture['input'] => ({
  ...exchange(status, {}, {}, json(body)),
  request: { url: 'https://api.example/orders', headers: new Headers({ [field]: secrets[3] }) },
})
const expiredAtS3 = '<?xml version="1.0"?>\n<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>'
const severalReasons = 'The access token provided is expired, revoked, malformed or invalid for other reasons.'
const googleMissesIt = {
  error: { code: 401, message: 'Request is missing required authentication credential. Expected OAuth 2 access token, login cookie.' },
}

/** What frameworks, clouds and services answer that are met less often, word for word: whose words, and what came there. */
export const answersOfOtherSystems: readonly Fixture[] = [
  { cause: 'token-expired', of: 'Cloud Storage, with 400', input: exchange(400, {}, bearer(opaque), { body: expiredAtS3 }) },
  {
    cause: 'token-expired',
    of: 'S3, with 400, of a URL that is signed',
    input: exchange(400, {}, {}, { url: `https://s3.example/k?X-Amz-Signature=0a1b&X-Amz-Security-Token=${opaque}`, body: expiredAtS3 }),
  },
  { cause: 'token-expired', of: 'Kong', input: said(401, { exp: 'token expired' }) },
  { cause: 'token-not-yet-valid', of: 'Kong', input: said(401, { nbf: 'token not valid yet' }) },
  { cause: 'token-expired', of: 'Kong, of a token without exp', input: said(401, { exp: 'must be a number' }, alive) },
  { cause: 'token-expired', of: 'whoever calls it stale', input: said(401, { message: 'Stale token' }) },
  { cause: 'token-revoked', of: 'whoever calls it stale though it is alive', input: said(401, { message: 'Stale token' }, alive) },
  ...['access_denied', 'invalid_request'].map(
    (error): Fixture => ({
      cause: 'refresh-misconfigured',
      of: `Auth0, of an audience that is none, with ${error}`,
      input: posted(403, { error, error_description: 'Service not found: https://api.example' }, 'https://login.example/oauth/token'),
    }),
  ),
  { cause: 'authorization-stripped', of: 'Google, which saw none', input: said(401, googleMissesIt) },
  { cause: 'credentials-missing', of: 'Google, to which none was sent', input: unsent(401, googleMissesIt) },
  ...['no authorization included in request', 'No bearer token found in the request'].map(
    (description): Fixture => ({
      cause: 'authorization-stripped',
      of: `Hono or mod_auth_openidc, whose code for it is invalid_request: ${description}`,
      input: exchange(
        401,
        { 'www-authenticate': `Bearer realm="x", error="invalid_request", error_description="${description}"` },
        bearer(alive),
      ),
    }),
  ),
  {
    cause: 'challenge-missing',
    of: 'Connect, which calls each refusal unauthenticated',
    input: said(401, { code: 'unauthenticated', message: 'invalid token' }),
  },
  { cause: 'authorization-stripped', of: 'Guardian', input: said(401, { message: 'unauthenticated' }) },
  { cause: 'authorization-stripped', of: 'Tymon’s JWTAuth', input: said(401, { error: 'token_absent' }) },
  { cause: 'authorization-stripped', of: 'Argo', input: said(401, { error: 'no session information', code: 16 }) },
  {
    cause: 'authorization-stripped',
    of: 'Devise',
    input: said(401, { error: 'You need to sign in or sign up before continuing.' }),
  },
  {
    cause: 'authorization-stripped',
    of: 'Typeform, with 403',
    input: said(403, { code: 'AUTHENTICATION_FAILED', description: 'Authentication credentials not found on the Request Headers' }),
  },
  {
    cause: 'unusual-status',
    of: 'gRPC-Web, in a field',
    input: exchange(200, { 'grpc-status': '16', 'grpc-message': 'invalid token' }, bearer(alive)),
  },
  {
    cause: 'insufficient-scope',
    of: 'gRPC-Web, in a field',
    input: exchange(200, { 'grpc-status': '7', 'grpc-message': 'not an admin' }, bearer(alive)),
  },
  { cause: 'not-refused', of: 'gRPC-Web, which found nothing', input: exchange(200, { 'grpc-status': '5' }, bearer(alive)) },
  {
    cause: 'unauthorized-instead-of-forbidden',
    of: 'Azure DevOps, which names Bearer in a challenge that cannot be read',
    input: exchange(
      401,
      { 'www-authenticate': 'Bearer authorization_uri=https://login.example/x, Basic realm="https://dev.example", TFS-Federated' },
      bearer(opaque),
      json({ message: 'TF400813: The user ‘x’ is not authorized to access this resource.' }),
    ),
  },
  { cause: 'token-expired', of: 'IBM’s IAM', input: said(401, { errorCode: 'BXNIM0407E', errorMessage: 'Provided token is expired' }) },
  { cause: 'token-expired', of: 'Figma, with 403', input: said(403, { status: 403, err: 'Token expired' }) },
  {
    cause: 'token-expired',
    of: 'Amazon’s Selling Partners, of a token in a field of its own',
    input: keyIn('x-amz-access-token', 403, {
      errors: [{ message: 'Access to requested resource is denied.', details: 'The access token you provided has expired.' }],
    }),
  },
  { cause: 'api-key', of: 'Figma, of a token in a field of its own', input: keyIn('x-figma-token', 401, { err: 'Unauthorized' }) },
  {
    cause: 'token-revoked',
    of: 'Meta, after a new password, with 400',
    input: said(400, {
      error: { message: 'Error validating access token: The session has been invalidated because the user changed their password.' },
    }),
  },
  {
    cause: 'invalid-signature',
    of: 'Meta, of what it cannot read, with 400',
    input: said(400, { error: { message: 'Invalid OAuth access token - Cannot parse access token' } }),
  },
  {
    cause: 'invalid-signature',
    of: 'Artifactory, which reads tokens though it asks for Basic',
    input: exchange(
      401,
      { 'www-authenticate': 'Basic realm="Artifactory Realm"' },
      bearer(alive),
      json({ errors: [{ status: 401, message: 'Token failed verification: parse' }] }),
    ),
  },
  { cause: 'invalid-signature', of: 'APISIX', input: said(401, { message: 'failed to verify jwt' }, alive) },
  {
    cause: 'invalid-signature',
    of: 'Alibaba Cloud, with 400',
    input: unsent(
      400,
      { Code: 'SignatureDoesNotMatch', Message: 'Specified signature is not matched with our calculation.' },
      'https://ecs.example/?Signature=0a1b',
    ),
  },
  {
    cause: 'unusual-status',
    of: 'Spotify, with 400',
    input: exchange(
      400,
      {},
      { authorization: `Basic ${btoa('ada:hunter2')}` },
      json({ error: { status: 400, message: 'Only valid bearer authentication supported' } }),
    ),
  },
  { cause: 'unusual-status', of: 'X, with 400', input: said(400, { errors: [{ code: 215, message: 'Bad Authentication data.' }] }) },
  {
    cause: 'unknown',
    of: 'a database that does not let the server in',
    input: said(500, { message: 'FATAL: password authentication failed for user "app"' }),
  },
  {
    cause: 'credentials-missing',
    of: 'axum, with 400',
    input: exchange(400, {}, {}, { body: 'Header of type `authorization` was missing' }),
  },
  { cause: 'credentials-missing', of: 'Vault, with 400', input: unsent(400, { errors: ['missing client token'] }) },
  {
    cause: 'unusual-status',
    of: 'axum, which saw none',
    input: exchange(400, {}, bearer(alive), { body: 'Header of type `authorization` was missing' }),
  },
  {
    cause: 'api-key',
    of: 'OpenWeather, whose name for it in the query is appid',
    input: unsent(401, { cod: 401, message: 'Invalid API key.' }, `https://api.example/weather?appid=${secrets[3]}`),
  },
  {
    cause: 'insufficient-scope',
    of: 'Google, of a project that is to pay',
    input: said(403, { error: { message: 'The API requires a quota project, which is not set by default.' } }),
  },
]

/** Words that leave more than one cause open. */
export const answersThatLeaveItOpen: readonly Fixture[] = [
  { cause: 'token-expired', of: 'all that may be, in a challenge', input: exchange(401, invalid(severalReasons), bearer(opaque)) },
  {
    cause: 'token-expired',
    of: 'all that may be, in a body',
    input: said(401, { errors: [{ message: 'The provided authorization grant is invalid, expired, or revoked' }] }),
  },
  { cause: 'token-expired', of: 'a stale token', input: said(401, { message: 'Stale token' }) },
  { cause: 'token-revoked', of: 'a stale token that is alive', input: said(401, { message: 'Stale token' }, alive) },
  {
    cause: 'credentials-missing',
    of: 'a signature that may stand in the body',
    input: posted(401, { error: { message: 'Invalid Signature 0a1b. String to sign - ‘timestamp=1’.' } }, 'https://api.example/upload'),
  },
  {
    cause: 'api-key',
    of: 'Kong, which does not say that it is the key',
    input: keyIn('x-api-key', 403, { message: 'You cannot consume this service' }),
  },
  { cause: 'credentials-missing', of: 'a parameter that may be missing', input: unsent(400, { message: 'token is required' }) },
]
