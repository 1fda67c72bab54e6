import { alive, bearer, exchange, type Fixture, json, opaque, secrets } from './fixtures'

const signed = { authorization: `AWS4-HMAC-SHA256 Credential=AKIA/20260115/eu-west-1/sts/aws4_request, Signature=${'5'.repeat(64)}` }

/** What services say in a way of their own, word for word: whose words, and what came there. */
export const answersOfServices: readonly Fixture[] = [
  {
    cause: 'challenge-missing',
    of: 'PayPal, which leaves open whether any came',
    input: exchange(
      401,
      {},
      bearer(secrets[1]),
      json({ message: 'Authentication failed due to invalid authentication credentials or a missing Authorization header.' }),
    ),
  },
  {
    cause: 'authorization-stripped',
    of: 'Azure’s API Management, which saw none',
    input: exchange(401, {}, bearer(alive), json({ statusCode: 401, message: 'JWT not present.' })),
  },
  {
    cause: 'authorization-stripped',
    of: 'the SDK of MCP, which says invalid_token where none came',
    input: exchange(
      401,
      { 'www-authenticate': 'Bearer error="invalid_token", error_description="Missing Authorization header"' },
      bearer(opaque),
    ),
  },
  {
    cause: 'policy',
    of: 'OpenAI, of a country',
    input: exchange(403, {}, bearer(secrets[3]), json({ error: { message: 'Country, region, or territory not supported' } })),
  },
  {
    cause: 'policy',
    of: 'a page of a proxy’s',
    input: exchange(403, { server: 'Zscaler/6.1', 'content-type': 'text/html' }, bearer(alive), {
      body: '<html><title>Blocked</title></html>',
    }),
  },
  {
    cause: 'step-up-required',
    of: 'npm, of a package that is to be published',
    input: exchange(403, {}, bearer(opaque), {
      method: 'PUT',
      ...json({ error: 'Two-factor authentication or granular access token with bypass 2fa enabled is required to publish packages.' }),
    }),
  },
  {
    cause: 'credentials-missing',
    of: 'Slack, which saw none',
    input: exchange(200, {}, {}, { method: 'POST', ...json({ ok: false, error: 'not_authed' }) }),
  },
  {
    cause: 'api-key',
    of: 'STS, of a key that it does not know',
    input: exchange(403, {}, signed, {
      body: '<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>The security token included in the request is invalid.</Message></Error></ErrorResponse>',
    }),
  },
  {
    cause: 'api-key',
    of: 'DynamoDB, of a key that it does not know',
    input: exchange(400, {}, signed, { method: 'POST', ...json({ message: 'The security token included in the request is invalid.' }) }),
  },
  {
    cause: 'api-key',
    of: 'S3, of a key that it does not know',
    input: exchange(403, {}, signed, {
      body: '<Error><Code>InvalidAccessKeyId</Code><Message>The AWS Access Key Id you provided does not exist in our records.</Message></Error>',
    }),
  },
  {
    cause: 'token-expired',
    of: 'Facebook, of a token in the query',
    input: exchange(
      400,
      {},
      {},
      {
        url: `https://graph.example/me?access_token=${opaque}`,
        ...json({ error: { message: 'Error validating access token: Session has expired on Wednesday, 14-Jan-26.', code: 190 } }),
      },
    ),
  },
  {
    cause: 'token-expired',
    of: 'Firebase, of a token in the query',
    input: exchange(401, {}, {}, { url: `https://x.example/a.json?auth=${opaque}`, ...json({ error: 'Auth token is expired' }) }),
  },
  {
    cause: 'unusual-status',
    of: 'Cloudflare’s API, of an Authorization that it cannot read, with 400',
    input: exchange(
      400,
      {},
      bearer(opaque),
      json({
        errors: [
          {
            code: 6003,
            message: 'Invalid request headers',
            error_chain: [{ code: 6111, message: 'Invalid format for Authorization header' }],
          },
        ],
      }),
    ),
  },
  {
    cause: 'unusual-status',
    of: 'Cloudflare’s API, which saw none, with 400',
    input: exchange(400, {}, {}, json({ errors: [{ code: 9106, message: 'Missing X-Auth-Key, X-Auth-Email or Authorization headers' }] })),
  },
  {
    cause: 'insufficient-scope',
    of: 'Anthropic, of a key that may not',
    input: exchange(
      403,
      {},
      { 'x-api-key': secrets[3] },
      json({ error: { type: 'permission_error', message: 'Your API key does not have permission to use the specified resource.' } }),
    ),
  },
  {
    cause: 'insufficient-scope',
    of: 'Elasticsearch, of a key that may not',
    input: exchange(
      403,
      {},
      { authorization: `ApiKey ${secrets[3]}` },
      json({
        error: {
          reason:
            'action [indices:data/read/search] is unauthorized for API key id [x] of user [ada], this action is granted by the index privileges [read,all]',
        },
      }),
    ),
  },
  {
    cause: 'token-expired',
    of: 'QuickBooks, in a list of its own',
    input: exchange(
      401,
      {},
      bearer(opaque),
      json({ fault: { error: [{ message: 'message=AuthenticationFailed', detail: 'Token expired: AB01' }] } }),
    ),
  },
  {
    cause: 'insufficient-scope',
    of: 'Jira, in a list of messages',
    input: exchange(401, {}, bearer(opaque), json({ errorMessages: ['The scope of this token does not reach the project.'], errors: {} })),
  },
  {
    cause: 'token-not-yet-valid',
    of: 'PostgREST, of a clock',
    input: exchange(401, {}, bearer(opaque), json({ code: 'PGRST303', message: 'JWT issued at future' })),
  },
  {
    cause: 'token-revoked',
    of: 'Supabase, of a session that was ended',
    input: exchange(403, {}, bearer(alive), json({ msg: 'Session from session_id claim in JWT does not exist' })),
  },
  {
    cause: 'invalid-signature',
    of: 'Microsoft Graph, of what is no token of its own',
    input: exchange(
      401,
      {},
      bearer(opaque),
      json({ error: { code: 'InvalidAuthenticationToken', message: 'CompactToken parsing failed with error code: 80049217' } }),
    ),
  },
  {
    cause: 'invalid-signature',
    of: 'Hasura, with 400',
    input: exchange(400, {}, bearer(alive), json({ code: 'invalid-jwt', error: 'Could not verify JWT: JWSError JWSInvalidSignature' })),
  },
  {
    cause: 'graphql-in-band',
    of: 'Hasura, which saw none',
    input: exchange(
      200,
      {},
      {},
      json({ errors: [{ extensions: { code: 'invalid-headers' }, message: 'Missing Authorization header in JWT authentication mode' }] }),
    ),
  },
  {
    cause: 'insufficient-scope',
    of: 'Facebook, of a permission, with 400',
    input: exchange(
      400,
      {},
      bearer(opaque),
      json({ error: { message: '(#10) Application does not have permission for this action', type: 'OAuthException', code: 10 } }),
    ),
  },
  {
    cause: 'insufficient-scope',
    of: 'Facebook, of a permission that it does not name',
    input: exchange(
      400,
      {},
      {},
      {
        url: `https://graph.example/feed?access_token=${opaque}`,
        ...json({ error: { message: '(#200) If posting to a group, requires app being installed in the group', code: 200 } }),
      },
    ),
  },
  {
    cause: 'insufficient-scope',
    of: 'Facebook, of a permission of the token in the query',
    input: exchange(
      403,
      {},
      {},
      {
        url: `https://graph.example/feed?access_token=${opaque}`,
        ...json({ error: { message: '(#200) Requires pages_manage_posts permission to manage the object', code: 200 } }),
      },
    ),
  },
  {
    cause: 'credentials-missing',
    of: 'Facebook, of no token',
    input: exchange(400, {}, {}, json({ error: { message: 'An active access token must be used to query information about the user.' } })),
  },
  {
    cause: 'credentials-missing',
    of: 'LinkedIn, of no token',
    input: exchange(401, {}, {}, json({ serviceErrorCode: 65604, message: 'Empty oauth2 access token' })),
  },
  {
    cause: 'authorization-stripped',
    of: 'LinkedIn, of a token that did not arrive',
    input: exchange(401, {}, bearer(opaque), json({ serviceErrorCode: 65604, message: 'Empty oauth2 access token' })),
  },
  {
    cause: 'unusual-status',
    of: 'Mastodon, of a token that is no user’s',
    input: exchange(422, {}, bearer(opaque), json({ error: 'This method requires an authenticated user' })),
  },
  {
    cause: 'token-expired',
    of: 'tRPC, to several calls at once',
    input: exchange(401, {}, bearer(opaque), json([{ error: { json: { message: 'jwt expired', data: { code: 'UNAUTHORIZED' } } } }])),
  },
  {
    cause: 'token-expired',
    of: 'SAP’s OData, with its language',
    input: exchange(401, {}, bearer(opaque), json({ error: { message: { lang: 'en', value: 'The access token expired' } } })),
  },
  {
    cause: 'credentials-missing',
    of: 'IIS, amid the handshake of NTLM',
    input: exchange(401, { 'www-authenticate': 'NTLM TlRMTVNTUAACAAAAEAAQADgAAAA=' }, { authorization: 'NTLM TlRMTVNTUAABAAAAl4II4g==' }),
  },
  {
    cause: 'basic-credentials',
    of: 'IIS, at the end of the handshake of NTLM',
    input: exchange(
      401,
      { 'www-authenticate': 'Negotiate, NTLM', 'content-type': 'text/html' },
      { authorization: 'NTLM TlRMTVNTUAADAAAAGAAYAHIAAAAYABgA' },
      { body: '<!DOCTYPE html><html><title>401 - Unauthorized: Access is denied due to invalid credentials.</title></html>' },
    ),
  },
  {
    cause: 'basic-credentials',
    of: 'Apache, of a ticket of Kerberos',
    input: exchange(401, { 'www-authenticate': 'Negotiate' }, { authorization: 'Negotiate YIIGhgYGKwYBBQUCoIIGejCCBnag' }),
  },
]
