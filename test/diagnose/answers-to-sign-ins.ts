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
]
