import { alive, bearer, exchange, type Fixture, invalid, json, jwt, now, secrets } from './fixtures'

const key = secrets[3]
const xml = (code: string, message: string) => ({
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
})
const signed = { authorization: `AWS4-HMAC-SHA256 Credential=AKIA/20260115/eu-west-1/s3/aws4_request, Signature=${'5'.repeat(64)}` }
const subscriptionKey = {
  'www-authenticate': 'AzureApiManagementKey realm="https://api.example", name="Ocp-Apim-Subscription-Key", type="header"',
}
const badKey = json({ message: 'Access denied due to invalid subscription key.' })
/** `Headers`, so that all fields are seen. */
const seen = ({ request, ...rest }: Fixture['input'], fields: Readonly<Record<string, string>>): Fixture['input'] => ({
  ...rest,
  request: { url: request?.url ?? '', headers: new Headers(fields) },
})

/** What APIs say in the body only, and of keys, word for word: whose words, and what came there. */
export const answersInBodies: readonly Fixture[] = [
  { cause: 'challenge-missing', of: 'GitHub', input: exchange(401, {}, bearer(alive), json({ message: 'Bad credentials' })) },
  {
    cause: 'token-expired',
    of: 'Apigee',
    input: exchange(401, {}, bearer(secrets[1]), json({ fault: { faultstring: 'Access Token expired' } })),
  },
  {
    cause: 'token-expired',
    of: 'Salesforce',
    input: exchange(401, {}, bearer(secrets[1]), json([{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }])),
  },
  {
    cause: 'token-expired',
    of: 'Salesforce, which takes Bearer and names a scheme of its own',
    input: exchange(
      401,
      { 'www-authenticate': 'Token' },
      bearer(secrets[1]),
      json([{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }]),
    ),
  },
  {
    cause: 'invalid-signature',
    of: 'S3',
    input: exchange(403, {}, signed, xml('SignatureDoesNotMatch', 'The request signature we calculated does not match.')),
  },
  {
    cause: 'clock-skew',
    of: 'S3',
    input: exchange(403, {}, signed, xml('RequestTimeTooSkewed', 'The difference between the request time and ours is too large.')),
  },
  {
    cause: 'clock-skew',
    of: 'API Gateway, of a signature',
    input: exchange(403, {}, signed, json({ message: 'Signature expired: 20260115T110000Z is now earlier than 20260115T115500Z' })),
  },
  {
    cause: 'forbidden-instead-of-unauthorized',
    of: 'S3, and a signature in the query that is too old',
    input: exchange(403, {}, {}, { url: 'https://s3.example/k?X-Amz-Signature=0a1b', ...xml('AccessDenied', 'Request has expired') }),
  },
  {
    cause: 'api-key',
    of: 'Google, with 400',
    input: exchange(
      400,
      {},
      {},
      {
        url: `https://maps.example/x?key=${key}`,
        ...json({ error: { code: 400, message: 'API key not valid. Please pass a valid API key.' } }),
      },
    ),
  },
  { cause: 'unusual-status', of: 'Slack', input: exchange(200, {}, bearer(secrets[1]), json({ ok: false, error: 'invalid_auth' })) },
  {
    cause: 'insufficient-scope',
    of: 'Slack',
    input: exchange(200, {}, bearer(secrets[1]), json({ ok: false, error: 'missing_scope' })),
  },
  { cause: 'api-key', of: 'a field of the API’s own', input: seen(exchange(401, {}, {}), { 'x-weather-key': key }) },
  { cause: 'api-key', of: 'Azure Functions', input: seen(exchange(401, {}, {}), { 'x-functions-key': key }) },
  { cause: 'api-key', of: 'Cloudflare Access', input: seen(exchange(403, {}, {}), { 'cf-access-client-secret': key }) },
  {
    cause: 'api-key',
    of: 'the field that the challenge names',
    input: seen(exchange(401, subscriptionKey, {}, badKey), { 'ocp-apim-subscription-key': key }),
  },
  {
    cause: 'api-key',
    of: 'a field that only the challenge calls a key',
    input: seen(exchange(401, { 'www-authenticate': 'Custom name="X-Tenant"' }, {}), { 'x-tenant': key }),
  },
  { cause: 'credentials-missing', of: 'a key that is not sent', input: exchange(401, subscriptionKey, {}) },
  {
    cause: 'insufficient-scope',
    of: 'a policy for rows, as Supabase says it',
    input: exchange(401, {}, bearer(alive), json({ code: '42501', message: 'new row violates row-level security policy for table "x"' })),
  },
  {
    cause: 'policy',
    of: 'IAM',
    input: exchange(403, {}, bearer(alive), json({ Message: 'no identity-based policy allows the execute-api:Invoke action' })),
  },
  {
    cause: 'policy',
    of: 'a rule of Cloudflare’s',
    input: exchange(403, { 'cf-ray': '8a1b-FRA' }, bearer(alive), { body: 'error code: 1020' }),
  },
  {
    cause: 'credentials-missing',
    of: 'a permission that nobody who sends nothing can have',
    input: exchange(403, {}, {}, json({ detail: 'You do not have permission to perform this action.' })),
  },
  {
    cause: 'csrf',
    of: 'a 403 to a POST with a cookie',
    input: exchange(403, {}, { cookie: `sid=${secrets[2]}` }, { method: 'POST', body: '<html><h1>CSRF verification failed</h1></html>' }),
  },
  {
    cause: 'csrf',
    of: 'Jenkins, whose name for it is crumb',
    input: exchange(
      403,
      {},
      { authorization: `Basic ${btoa(`ada:${secrets[4]}`)}` },
      { method: 'POST', ...json({ message: 'No valid crumb was included in the request' }) },
    ),
  },
  {
    cause: 'csrf',
    of: 'WordPress, whose name for it is nonce',
    input: exchange(403, {}, { 'x-wp-nonce': '0a1b2c3d' }, json({ code: 'rest_cookie_invalid_nonce', message: 'Cookie check failed' })),
  },
  {
    cause: 'refresh-token-rejected',
    of: 'Keycloak, which says invalid_grant of a password with 401',
    input: exchange(401, {}, {}, { method: 'POST', ...json({ error: 'invalid_grant', error_description: 'Invalid user credentials' }) }),
  },
  {
    cause: 'refresh-token-rejected',
    of: 'Supabase, whose code is none of OAuth’s',
    input: exchange(400, {}, {}, { method: 'POST', ...json({ code: 400, msg: 'Invalid Refresh Token: Already Used' }) }),
  },
  {
    cause: 'refresh-token-rejected',
    of: 'Laravel Passport, whose code for it is invalid_request',
    input: exchange(401, {}, {}, { method: 'POST', ...json({ error: 'invalid_request', message: 'The refresh token is invalid.' }) }),
  },
  ...[
    'AADSTS50076: You must use multi-factor authentication to access the resource.',
    'AADSTS65001: The user or administrator has not consented to use the application.',
  ].map(
    (error_description): Fixture => ({
      cause: 'interaction-required',
      of: `Entra, whose code is invalid_grant: ${error_description.slice(0, 11)}`,
      input: exchange(400, {}, {}, { method: 'POST', ...json({ error: 'invalid_grant', error_description }) }),
    }),
  ),
  {
    cause: 'forbidden-instead-of-unauthorized',
    of: 'Salesforce, of a token that it does not know',
    input: exchange(403, {}, bearer(secrets[1]), { body: 'Bad_OAuth_Token' }),
  },
  {
    cause: 'forbidden-instead-of-unauthorized',
    of: 'Cloudflare’s API, of a token that it does not know',
    input: exchange(403, {}, bearer(secrets[1]), json({ errors: [{ code: 10000, message: 'Authentication error' }] })),
  },
  ...[
    'Requests from referer <empty> are blocked.',
    'The provided API key has an IP address restriction. The originating IP address of the call violates this restriction.',
    'API keys with referer restrictions cannot be used with this API.',
  ].map(
    (message): Fixture => ({
      cause: 'policy',
      of: `Google, of a key that is restricted: ${message}`,
      input: exchange(403, {}, {}, { url: `https://maps.example/x?key=${key}`, ...json({ error: { code: 403, message } }) }),
    }),
  ),
  ...[
    { errorType: 'Unauthorized' },
    { type: 'INSUFFICIENT_SCOPES' },
    { type: 'FORBIDDEN' },
    { extensions: { code: 'access-denied' } },
    { extensions: { category: 'authentication' } },
  ].map(
    (error): Fixture => ({
      cause: 'graphql-in-band',
      of: `GraphQL of AppSync’s, GitHub’s, Hasura’s or Lighthouse’s kind: ${JSON.stringify(error)}`,
      input: exchange(200, {}, bearer(alive), json({ data: null, errors: [{ message: 'No', ...error }] })),
    }),
  ),
  ...(
    [
      [401, { error: 'Invalid Email or password.' }],
      [400, { __type: 'NotAuthorizedException', message: 'Incorrect username or password.' }],
      [400, { error: { code: 400, message: 'INVALID_LOGIN_CREDENTIALS' } }],
      [422, { message: 'These credentials do not match our records.' }],
    ] as const
  ).map(
    ([status, body]): Fixture => ({
      cause: 'basic-credentials',
      of: `a sign-in, whose password stands in the body: ${JSON.stringify(body)}`,
      input: exchange(status, {}, {}, { method: 'POST', ...json(body) }),
    }),
  ),
  {
    cause: 'token-revoked',
    of: 'Slack, of an account',
    input: exchange(200, {}, bearer(secrets[1]), json({ ok: false, error: 'account_inactive' })),
  },
  {
    cause: 'token-revoked',
    of: 'Django REST, of an account',
    input: exchange(401, { 'www-authenticate': 'Token' }, { authorization: `Token ${key}` }, json({ detail: 'User inactive or deleted.' })),
  },
  {
    cause: 'token-revoked',
    of: 'Laravel Passport, which says it as a hint',
    input: exchange(401, {}, bearer(alive), json({ error: 'access_denied', hint: 'Access token has been revoked' })),
  },
  {
    cause: 'wrong-audience',
    of: 'Spring’s older resource server',
    input: exchange(
      403,
      {},
      bearer(secrets[1]),
      json({ error: 'access_denied', error_description: 'Invalid token does not contain resource id (oauth2-resource)' }),
    ),
  },
  {
    cause: 'api-key',
    of: 'GitHub, with a scheme that no RFC knows',
    input: exchange(401, {}, { authorization: `token ${key}` }, json({ message: 'Bad credentials' })),
  },
  {
    cause: 'api-key',
    of: 'Elasticsearch',
    input: exchange(
      401,
      { 'www-authenticate': 'Basic realm="security", Bearer realm="security", ApiKey' },
      { authorization: `ApiKey ${key}` },
      json({ error: { reason: 'unable to authenticate with provided credentials' } }),
    ),
  },
  {
    cause: 'api-key',
    of: 'Elasticsearch, which allows nobody in without',
    input: exchange(
      401,
      { 'www-authenticate': 'Basic realm="security", ApiKey' },
      { authorization: `ApiKey ${key}` },
      json({ error: { reason: 'unable to authenticate with provided credentials and anonymous access is not allowed for this request' } }),
    ),
  },
  {
    cause: 'unknown-key',
    of: 'jsonwebtoken, out of reach of the keys',
    input: exchange(401, {}, bearer(alive), json({ message: 'error in secret or public key callback: getaddrinfo ENOTFOUND idp.example' })),
  },
  {
    cause: 'authorization-stripped',
    of: 'App Service, whose page for whoever is not signed in speaks of a permission',
    input: exchange(401, { 'www-authenticate': 'Bearer realm="app.example"' }, bearer(alive), {
      body: 'You do not have permission to view this directory or page.',
    }),
  },
  {
    cause: 'token-not-yet-valid',
    of: 'an nbf in milliseconds',
    input: exchange(401, invalid(), bearer(jwt({ nbf: now, exp: now + 600_000 }))),
  },
  {
    cause: 'login-page',
    of: 'Azure DevOps, whose page for whoever is not signed in comes with 203',
    input: exchange(203, { 'content-type': 'text/html' }, bearer(secrets[1]), { body: '<!DOCTYPE html><title>Sign In</title>' }),
  },
  {
    cause: 'not-refused',
    of: 'a page that was asked for',
    input: exchange(200, { 'content-type': 'text/html' }, { accept: 'text/html' }, { body: '<!doctype html>' }),
  },
  {
    cause: 'insufficient-scope',
    of: 'OPTIONS with a token, which is no preflight',
    input: exchange(403, {}, bearer(alive), { method: 'OPTIONS' }),
  },
]
