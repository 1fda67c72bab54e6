import { exchange, type Fixture, json } from './fixtures'

const posted = (url: string, status: number, body: object, answer: Readonly<Record<string, string>> = {}) =>
  exchange(status, answer, {}, { method: 'POST', url, ...json(body) })
const asked = (body: object, status = 400) => posted('https://login.example/oauth2/token', status, body)

/** What is answered to a password or to a grant, which stand in the body: whose words, and what came there. */
export const answersToSignIns: readonly Fixture[] = [
  {
    cause: 'basic-credentials',
    of: 'NestJS, which says no more than the status',
    input: posted('https://api.example/auth/login', 401, { message: 'Unauthorized', statusCode: 401 }),
  },
  {
    cause: 'basic-credentials',
    of: 'Spring’s /login',
    input: posted('https://api.example/login?lang=en', 401, { status: 401, error: 'Unauthorized', path: '/login' }),
  },
  {
    cause: 'basic-credentials',
    of: 'Okta’s authn',
    input: posted('https://x.okta.example/api/v1/authn', 401, { errorCode: 'E0000004', errorSummary: 'Authentication failed' }),
  },
  {
    cause: 'basic-credentials',
    of: 'SimpleJWT, which asks for the token that is to be issued',
    input: posted(
      'https://api.example/api/token/',
      401,
      { detail: 'No active account found with the given credentials' },
      { 'www-authenticate': 'Bearer realm="api"' },
    ),
  },
  {
    cause: 'basic-credentials',
    of: 'Django REST, in a list',
    input: posted('https://api.example/api-token-auth/', 400, { non_field_errors: ['Unable to log in with provided credentials.'] }),
  },
  {
    cause: 'credentials-missing',
    of: 'a sign-in behind a proxy that wants Basic',
    input: posted('https://api.example/login', 401, {}, { 'www-authenticate': 'Basic realm="staging"' }),
  },
  {
    cause: 'client-rejected',
    of: 'Auth0, which says access_denied of a wrong secret',
    input: asked({ error: 'access_denied', error_description: 'Unauthorized' }, 401),
  },
  {
    cause: 'client-rejected',
    of: 'Entra, of a client that is registered for another platform',
    input: asked({
      error: 'invalid_request',
      error_description: 'AADSTS9002326: Cross-origin token redemption is permitted only for the ‘Single-Page Application’ client-type.',
    }),
  },
  {
    cause: 'interaction-required',
    of: 'Auth0, which wants a second factor',
    input: asked({ error: 'mfa_required', error_description: 'Multifactor authentication required', mfa_token: 'Fe26.2' }, 403),
  },
  {
    cause: 'interaction-required',
    of: 'Keycloak, which wants the user to do something first',
    input: asked({ error: 'invalid_grant', error_description: 'Account is not fully set up' }),
  },
  {
    cause: 'interaction-required',
    of: 'Google Workspace, after so many hours',
    input: asked({ error: 'invalid_grant', error_description: 'reauth related error (invalid_rapt)' }),
  },
  {
    cause: 'refresh-token-rejected',
    of: 'GitHub, which says it with 200',
    input: asked({ error: 'bad_refresh_token', error_description: 'The refresh token passed is incorrect or expired.' }, 200),
  },
  {
    cause: 'refresh-token-rejected',
    of: 'GitHub, of a code, with 200',
    input: asked({ error: 'bad_verification_code', error_description: 'The code passed is incorrect or expired.' }, 200),
  },
  {
    cause: 'client-rejected',
    of: 'GitHub, of a secret, with 200',
    input: asked({ error: 'incorrect_client_credentials', error_description: 'The client_id and/or client_secret are incorrect.' }, 200),
  },
  {
    cause: 'refresh-token-rejected',
    of: 'Firebase',
    input: posted('https://securetoken.example/v1/token?key=x', 400, { error: { code: 400, message: 'INVALID_REFRESH_TOKEN' } }),
  },
  ...['inactive_user', 'inactive_org'].map(
    (error): Fixture => ({
      cause: 'refresh-token-rejected',
      of: `Salesforce, whose code for it is ${error}`,
      input: asked({ error, error_description: 'user or organization is inactive' }),
    }),
  ),
  {
    cause: 'client-rejected',
    of: 'Salesforce, whose code for it is invalid_client_id',
    input: asked({ error: 'invalid_client_id', error_description: 'client identifier invalid' }),
  },
  {
    cause: 'client-rejected',
    of: 'Cognito, whose secret is a hash',
    input: posted('https://cognito.example/', 400, {
      __type: 'NotAuthorizedException',
      message: 'Unable to verify secret hash for client abc',
    }),
  },
  {
    cause: 'refresh-misconfigured',
    of: 'Entra, of an API that is not there',
    input: asked({ error: 'invalid_resource', error_description: 'AADSTS500011: The resource principal named x was not found.' }),
  },
  { cause: 'policy', of: 'Spring, of an account', input: posted('https://api.example/login', 401, { message: 'User is disabled' }) },
  {
    cause: 'policy',
    of: 'Devise, of an account that is not confirmed',
    input: posted('https://api.example/users/sign_in', 401, { error: 'You have to confirm your email address before continuing.' }),
  },
  { cause: 'policy', of: 'ASP.NET’s Identity, of an account', input: posted('https://api.example/login', 401, { detail: 'LockedOut' }) },
  {
    cause: 'step-up-required',
    of: 'ASP.NET’s Identity, which wants a second factor',
    input: posted('https://api.example/login', 401, { title: 'Unauthorized', detail: 'RequiresTwoFactor' }),
  },
  {
    cause: 'policy',
    of: 'Firebase, of an account',
    input: posted('https://api.example/accounts:signInWithPassword?key=letters', 400, { error: { code: 400, message: 'USER_DISABLED' } }),
  },
  {
    cause: 'policy',
    of: 'Supabase, of an address',
    input: posted('https://api.example/token', 400, { code: 400, msg: 'Email not confirmed' }),
  },
  {
    cause: 'client-rejected',
    of: 'Twitch, which names no error of OAuth',
    input: asked({ status: 403, message: 'invalid client secret' }, 403),
  },
  {
    cause: 'client-rejected',
    of: 'Plaid’s API',
    input: posted('https://api.example/accounts/get', 400, {
      error_code: 'INVALID_API_KEYS',
      error_message: 'invalid client_id or secret provided',
    }),
  },
]
