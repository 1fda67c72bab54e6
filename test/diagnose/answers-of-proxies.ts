import { alive, bearer, exchange, type Fixture, invalid, json, jwt, opaque, seconds, secrets } from './fixtures'

const body = '<html><head><title>Refused</title></head></html>'
const nginx = { server: 'nginx/1.25.3', 'content-type': 'text/html' }
const cloudflare = { ...nginx, server: 'cloudflare', 'cf-ray': '8a1b-FRA' }
const basic = { authorization: `Basic ${btoa('ada:hunter2')}` }

/** What proxies, gateways and frameworks answer, word for word: who refuses, and what came there. */
export const answersOfProxies: readonly Fixture[] = [
  {
    cause: 'basic-credentials',
    of: 'a wrong password at nginx',
    input: exchange(401, { ...nginx, 'www-authenticate': 'Basic realm="Restricted"' }, basic, { body }),
  },
  {
    cause: 'digest-credentials',
    of: 'a wrong password at Apache',
    input: exchange(
      401,
      { ...nginx, server: 'Apache/2.4', 'www-authenticate': 'Digest realm="r", nonce="n2", qop="auth"' },
      { authorization: `Digest username="ada", realm="r", nonce="n1", uri="/orders", response="${'5'.repeat(32)}"` },
      { body },
    ),
  },
  {
    cause: 'basic-credentials',
    of: 'Mailgun, which says “Forbidden” of a wrong key and asks for Basic again',
    input: exchange(401, { 'content-type': 'text/html; charset=utf-8', 'www-authenticate': 'Basic realm="MG API"' }, basic, {
      body: 'Forbidden',
    }),
  },
  { cause: 'token-revoked', of: 'a page of nginx’s auth_jwt', input: exchange(401, { ...nginx, ...invalid() }, bearer(alive), { body }) },
  { cause: 'authorization-stripped', of: 'a page of nginx alone', input: exchange(401, nginx, bearer(alive), { body }) },
  { cause: 'policy', of: 'nginx’s deny', input: exchange(403, nginx, bearer(alive), { body }) },
  {
    cause: 'policy',
    of: 'Cloudflare’s check for robots',
    input: exchange(403, { ...cloudflare, 'cf-mitigated': 'challenge' }, bearer(alive), { body }),
  },
  {
    cause: 'policy',
    of: 'Cloudflare’s check for robots, without credentials',
    input: exchange(403, { ...cloudflare, 'cf-mitigated': 'challenge' }, {}, { body }),
  },
  {
    cause: 'wrong-scheme',
    of: 'a Bearer where API Gateway reads an IAM signature',
    input: exchange(
      403,
      {},
      bearer(alive),
      json({ message: "Invalid key=value pair (missing equal-sign) in Authorization header: 'Bearer' not a valid key=value pair" }),
    ),
  },
  {
    cause: 'authorization-stripped',
    of: 'API Gateway’s words for a route that it does not know',
    input: exchange(403, {}, bearer(alive), json({ message: 'Missing Authentication Token' })),
  },
  {
    cause: 'authorization-stripped',
    of: 'Kubernetes, which saw no token',
    input: exchange(
      403,
      {},
      bearer(alive),
      json({ message: 'pods is forbidden: User "system:anonymous" cannot list resource "pods" at the cluster scope' }),
    ),
  },
  {
    cause: 'insufficient-scope',
    of: 'a scope that API Gateway misses',
    input: exchange(
      403,
      { 'www-authenticate': 'Bearer error="insufficient_scope", error_description="authorization token is missing required scope"' },
      bearer(alive),
    ),
  },
  {
    cause: 'problem-body',
    of: 'FastAPI’s words for any bad token',
    input: exchange(401, { 'www-authenticate': 'Bearer' }, bearer(alive), json({ detail: 'Could not validate credentials' })),
  },
  {
    cause: 'problem-body',
    of: 'SimpleJWT’s words for any bad token',
    input: exchange(
      401,
      { 'www-authenticate': 'Bearer realm="api"' },
      bearer(alive),
      json({ detail: 'Given token not valid for any token type', code: 'token_not_valid' }),
    ),
  },
  {
    cause: 'token-expired',
    of: 'Microsoft Graph, whose challenge names no error',
    input: exchange(
      401,
      { 'www-authenticate': 'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"' },
      bearer(jwt({ exp: seconds - 20 })),
      json({ error: { code: 'InvalidAuthenticationToken', message: 'Lifetime validation failed, the token is expired.' } }),
    ),
  },
  {
    cause: 'basic-credentials',
    of: 'a wrong password at Elasticsearch, which takes tokens too, behind nginx',
    input: exchange(401, { ...nginx, 'www-authenticate': 'Basic realm="security", Bearer realm="security", ApiKey' }, basic),
  },
  {
    cause: 'unknown',
    of: 'Cloud Run’s page, whose challenge says why',
    input: exchange(401, { 'content-type': 'text/html', ...invalid('It was not for this') }, bearer(alive), { body }),
  },
  {
    cause: 'token-expired',
    of: 'Twitch, which calls its scheme OAuth',
    input: exchange(401, { 'www-authenticate': 'OAuth realm="TwitchTV", error="invalid_token"' }, bearer(opaque)),
  },
  {
    cause: 'api-key',
    of: 'Stripe, which takes the key as the user of Basic too',
    input: exchange(
      401,
      { 'www-authenticate': 'Bearer realm="Stripe"' },
      { authorization: `Basic ${btoa(`${secrets[3]}:`)}` },
      json({ error: { message: 'Invalid API Key provided' } }),
    ),
  },
  {
    cause: 'token-expired',
    of: 'a token beside the key of a usage plan',
    input: exchange(401, invalid(), { ...bearer(opaque), 'x-api-key': secrets[3] }),
  },
  {
    cause: 'token-expired',
    of: 'Spring, which deletes its cookie though none came',
    input: exchange(401, { ...invalid(), 'set-cookie': 'JSESSIONID=; Max-Age=0' }, bearer(opaque)),
  },
  {
    cause: 'credentials-missing',
    of: 'a cookie of a load balancer where a Bearer is asked for',
    input: exchange(401, { 'www-authenticate': 'Bearer realm="api"' }, { cookie: 'AWSALB=1' }),
  },
  {
    cause: 'wrong-audience',
    of: 'Exchange, which says why in a field of its own',
    input: exchange(
      401,
      { ...invalid(), 'x-ms-diagnostics': '2000003;reason="The audience claim value is invalid.";error_category="invalid_resource"' },
      bearer(alive),
    ),
  },
  {
    cause: 'basic-credentials',
    of: 'a wrong password at Jira, whose challenge names OAuth',
    input: exchange(401, { 'www-authenticate': 'OAuth realm="jira"', 'x-seraph-loginreason': 'AUTHENTICATED_FAILED' }, basic),
  },
  ...[401, 403].map(
    (status): Fixture => ({
      cause: 'policy',
      of: `a CAPTCHA that Jira wants, with ${status}`,
      input: exchange(
        status,
        {
          'www-authenticate': 'OAuth realm="jira"',
          'x-seraph-loginreason': 'AUTHENTICATION_DENIED',
          'x-authentication-denied-reason': 'CAPTCHA_CHALLENGE; login-url=https://jira.example/login.jsp',
        },
        basic,
      ),
    }),
  ),
  {
    cause: 'step-up-required',
    of: 'npm, which wants a one-time password',
    input: exchange(401, { 'www-authenticate': 'OTP' }, bearer(opaque), json({ error: 'You must provide a one-time pass.' })),
  },
  {
    cause: 'step-up-required',
    of: 'a second factor that is wanted beside Basic',
    input: exchange(401, {}, basic, json({ message: 'Must specify two-factor authentication OTP code.' })),
  },
  {
    cause: 'wrong-scheme',
    of: 'a Bearer where only Basic is read, of which a failure is said',
    input: exchange(401, { 'www-authenticate': 'Basic realm="api"' }, bearer(opaque), json({ message: 'Authentication failed' })),
  },
  ...(
    [
      ['invalid-signature', 'signature_invalid'],
      ['clock-skew', 'timestamp_refused'],
      ['token-revoked', 'token_revoked'],
    ] as const
  ).map(
    ([cause, problem]): Fixture => ({
      cause,
      of: `OAuth 1.0, whose word for it is ${problem}`,
      input: exchange(
        401,
        { 'www-authenticate': `OAuth realm="api", oauth_problem="${problem}"` },
        { authorization: `OAuth oauth_consumer_key="k", oauth_token="t", oauth_signature="${'5'.repeat(28)}"` },
      ),
    }),
  ),
  { cause: 'policy', of: 'Istio', input: exchange(403, { server: 'istio-envoy' }, bearer(alive), { body: 'RBAC: access denied' }) },
  {
    cause: 'credentials-missing',
    of: 'Istio, where nothing was sent',
    input: exchange(403, { server: 'istio-envoy' }, {}, { body: 'RBAC: access denied' }),
  },
  {
    cause: 'policy',
    of: 'an authorizer of API Gateway’s',
    input: exchange(403, {}, bearer(alive), json({ Message: 'User is not authorized to access this resource with an explicit deny' })),
  },
  {
    cause: 'policy',
    of: 'GitHub, of a token without single sign-on',
    input: exchange(403, {}, bearer(opaque), json({ message: 'Resource protected by organization SAML enforcement.' })),
  },
  {
    cause: 'csrf',
    of: 'SAP, which says it in the field alone',
    input: exchange(403, { 'x-csrf-token': 'Required' }, basic, { method: 'POST' }),
  },
  { cause: 'login-page', of: 'Devise', input: exchange(302, { location: '/users/sign_in' }, {}) },
  { cause: 'login-page', of: 'Cognito', input: exchange(302, { location: 'https://auth.example/oauth2/authorize?client_id=1' }, {}) },
  ...['/authors/1', '/associates', '/signing-keys', '/catalog-index'].map(
    (location): Fixture => ({ cause: 'not-refused', of: `a redirect to ${location}`, input: exchange(302, { location }, {}) }),
  ),
  { cause: 'not-refused', of: 'a path that has moved', input: exchange(301, { location: '/auth/users/' }, {}) },
]
