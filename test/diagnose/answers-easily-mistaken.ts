import { alive, bearer, exchange, type Fixture, invalid, json, jwt, opaque, seconds, secrets } from './fixtures'

const past = jwt({ iss: 'https://issuer.example', exp: seconds - 3600 })
const said = (status: number, message: string, token: string = opaque) => exchange(status, {}, bearer(token), json({ message }))
const renewed = (url: string, body: object, answer: Readonly<Record<string, string>> = {}, sent: Readonly<Record<string, string>> = {}) =>
  exchange(401, answer, sent, { method: 'POST', url: `https://api.example${url}`, ...json(body) })
const keyed = (query: string, url = 'https://api.example/orders') => exchange(401, {}, {}, { url: `${url}?${query}=${secrets[3]}` })
const vault = (message: string) => exchange(403, {}, bearer(alive), json({ error: { code: 'Forbidden', message } }))
const page = { 'content-type': 'text/html' }
const graphql = (extensions: object) =>
  exchange(200, {}, bearer(alive), json({ data: null, errors: [{ message: 'Unauthorized', extensions }] }))
const oktaDenies = {
  error: 'access_denied',
  error_description: 'Policy evaluation failed for this request, please check the policy configurations.',
}

/** What is easily taken for something else: whose words, and what came there. */
export const answersEasilyMistaken: readonly Fixture[] = [
  { cause: 'challenge-missing', of: 'an API for browsers', input: exchange(401, { 'access-control-allow-origin': '*' }, bearer(alive)) },
  ...[400, 419, 440, 500].map((status) => ({
    cause: 'token-expired' as const,
    of: `a server that says so with ${status}`,
    input: said(status, 'jwt expired', past),
  })),
  {
    cause: 'refresh-token-rejected',
    of: 'SimpleJWT, where a session is renewed',
    input: renewed(
      '/api/token/refresh/',
      { detail: 'Token is invalid or expired', code: 'token_not_valid' },
      { 'www-authenticate': 'Bearer realm="api"' },
    ),
  },
  { cause: 'refresh-token-rejected', of: 'an API that renews by a cookie', input: renewed('/auth/refresh', {}, {}, { cookie: 'sid=1' }) },
  {
    cause: 'refresh-token-rejected',
    of: 'an API that renews, with a code of OAuth’s',
    input: renewed('/v1/refresh', { error: 'invalid_token' }),
  },
  { cause: 'credentials-missing', of: 'a report that is refreshed', input: renewed('/reports/7/refresh', { message: 'Unauthorized' }) },
  {
    cause: 'credentials-missing',
    of: 'an API that renews, and got nothing to renew by',
    input: renewed('/auth/refresh', { message: 'Refresh token is missing' }),
  },
  {
    cause: 'credentials-missing',
    of: 'an API that renews, and got no cookie to renew by',
    input: renewed('/auth/refresh', { message: 'No refresh token provided' }),
  },
  {
    cause: 'token-expired',
    of: 'an API that renews what a token asks for',
    input: {
      event: {
        type: 'response',
        method: 'POST',
        url: 'https://api.example/auth/refresh',
        status: 401,
        scheme: 'Bearer',
        challenges: [{ scheme: 'Bearer', error: 'invalid_token' }],
      },
    },
  },
  {
    cause: 'token-expired',
    of: 'the same, where the client adds the token',
    input: { ...renewed('/auth/refresh', { message: 'jwt expired' }), tokens: { accessToken: past } },
  },
  {
    cause: 'credentials-missing',
    of: 'Spring, whose configuration is refreshed with a password',
    input: renewed('/refresh', {}, { 'www-authenticate': 'Basic realm="Spring"' }),
  },
  ...['accounts', 'users'].map((what) => ({
    cause: 'credentials-missing' as const,
    of: `a list of ${what} that is refreshed`,
    input: renewed(`/${what}/refresh`, {}, { 'www-authenticate': 'Bearer' }),
  })),
  { cause: 'graphql-in-band', of: 'Spring', input: graphql({ classification: 'UNAUTHORIZED' }) },
  { cause: 'graphql-in-band', of: 'DGS', input: graphql({ errorType: 'PERMISSION_DENIED' }) },
  {
    cause: 'invalid-request',
    of: 'S3, of a URL that is signed, with a token beside it',
    input: exchange(400, {}, bearer(opaque), {
      url: 'https://s3.example/k?X-Amz-Signature=0a1b',
      body: '<?xml version="1.0"?>\n<Error><Code>InvalidArgument</Code><Message>Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified</Message></Error>',
    }),
  },
  {
    cause: 'token-expired',
    of: 'Cognito’s authorizer, which takes a token without a scheme',
    input: exchange(401, {}, { authorization: alive }, json({ message: 'The incoming token has expired' })),
  },
  {
    cause: 'credentials-malformed',
    of: 'node-oauth2-server, of a token without a scheme',
    input: exchange(
      400,
      {},
      { authorization: alive },
      json({ error: 'invalid_request', error_description: 'Invalid request: malformed authorization header' }),
    ),
  },
  {
    cause: 'token-expired',
    of: 'Asana, whose tokens hold a colon',
    input: exchange(401, invalid('The token has expired'), bearer(`1/1234567890:${'0a1b2c3d'.repeat(4)}`)),
  },
  {
    cause: 'insufficient-scope',
    of: 'Azure’s Key Vault, which names the caller',
    input: vault('Caller does not have permission. Caller: appid=0;oid=0;iss=https://sts.windows.net/0/ Action: getSecret'),
  },
  {
    cause: 'policy',
    of: 'Azure’s Key Vault, of an address',
    input: vault('Client address is not authorized and caller is not a trusted service. Caller: appid=0;iss=https://sts.windows.net/0/'),
  },
  ...['consumer_secret', 'access_key', 'api_token', 'private_token', 'subscription-key', 'app_code', 'app_key', 'appid'].map((name) => ({
    cause: 'api-key' as const,
    of: `an API that takes it as ${name}`,
    input: keyed(name),
  })),
  { cause: 'api-key', of: 'Azure, of a function', input: keyed('code', 'https://orders.azurewebsites.net/api/list') },
  { cause: 'credentials-missing', of: 'a page behind a sign-in', input: keyed('code', 'https://api.example/callback') },
  {
    cause: 'credentials-missing',
    of: 'Azure, of a page behind a sign-in',
    input: keyed('code', 'https://shop.azurewebsites.net/.auth/login/aad/callback'),
  },
  { cause: 'credentials-missing', of: 'an API that is told which app asks', input: keyed('app_id') },
  { cause: 'credentials-missing', of: 'the next page of a list', input: keyed('page_token') },
  {
    cause: 'insufficient-scope',
    of: 'OpenAI, of a key that may not do all',
    input: exchange(
      401,
      {},
      bearer(secrets[3]),
      json({
        error: {
          message:
            "You have insufficient permissions for this operation. Missing scopes: model.read. Check that you have the correct role in your organization, and if you're using a restricted API key, that it has the necessary scopes.",
        },
      }),
    ),
  },
  {
    cause: 'basic-credentials',
    of: 'GitLab, which names all that may be',
    input: exchange(
      401,
      { 'www-authenticate': 'Basic realm="GitLab"' },
      { authorization: `Basic ${btoa('ada:letters')}` },
      {
        body: 'HTTP Basic: Access denied. If a password was provided for Git authentication, the password was incorrect or you are required to use a token instead of a password. If a token was provided, it was either incorrect, expired, or improperly scoped.',
      },
    ),
  },
  {
    cause: 'unusual-status',
    of: 'Echo, which leaves open whether any came',
    input: said(400, 'missing or malformed jwt'),
  },
  { cause: 'token-revoked', of: 'Laravel, of an address', input: said(403, 'Your email address is not verified.') },
  {
    cause: 'unknown',
    of: 'SES, of an address that mail should come from',
    input: exchange(
      400,
      {},
      { authorization: 'AWS4-HMAC-SHA256 Credential=AKIA/20260115/eu-west-1/ses/aws4_request, Signature=0a1b' },
      json({ message: 'Email address is not verified. The following identities failed the check in region EU-WEST-1: ada@example.org' }),
    ),
  },
  {
    cause: 'insufficient-scope',
    of: 'an API that calls no address of a network of its own',
    input: said(403, 'Requests to private networks are blocked'),
  },
  {
    cause: 'invalid-signature',
    of: 'AWS, with 400',
    input: exchange(
      400,
      {},
      { authorization: 'AWS4-HMAC-SHA256 Credential=AKIA/20260115/eu-west-1/sqs/aws4_request, Signature=0a1b' },
      json({ message: 'The request signature we calculated does not match the signature you provided.' }),
    ),
  },
  {
    cause: 'policy',
    of: 'Google, of a key for another API',
    input: exchange(
      403,
      {},
      {},
      {
        url: `https://maps.example/?key=${secrets[3]}`,
        ...json({ error: { message: 'Requests to this API geocode method places.GetPlace are blocked.' } }),
      },
    ),
  },
  {
    cause: 'authorization-stripped',
    of: 'Vercel, of a deployment that is protected',
    input: exchange(401, { ...page, server: 'Vercel' }, bearer(alive), { body: '<!doctype html><title>Authentication Required</title>' }),
  },
  {
    cause: 'insufficient-scope',
    of: 'Bitbucket',
    input: exchange(
      403,
      { server: 'envoy' },
      bearer(opaque),
      json({ error: { message: 'Your credentials lack one or more required privilege scopes.', detail: { required: ['repository'] } } }),
    ),
  },
  {
    cause: 'wrong-scheme',
    of: 'API Gateway, of a password where it reads its own signature',
    input: exchange(
      403,
      {},
      { authorization: `Basic ${btoa('ada:letters')}` },
      json({ message: "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter." }),
    ),
  },
  {
    cause: 'client-rejected',
    of: 'Okta, whose policies have no rule for the client',
    input: exchange(400, {}, {}, { method: 'POST', url: 'https://login.example/oauth2/default/v1/token', ...json(oktaDenies) }),
  },
  {
    cause: 'csrf',
    of: 'Flask’s forms',
    input: exchange(
      400,
      page,
      { cookie: 'session=1' },
      {
        method: 'POST',
        body: '<!doctype html>\n<html lang=en>\n<title>400 Bad Request</title>\n<h1>Bad Request</h1>\n<p>The CSRF token is missing.</p>\n',
      },
    ),
  },
]
