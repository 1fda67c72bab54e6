import { finding, hasError, type Rule, words } from './rule'

/** Whether credentials were sent at all, and whether their header can be read. */
export const credentialRules: readonly Rule[] = [
  ({ withheld }) =>
    finding(
      withheld === 'origin',
      'withheld-for-origin',
      'certain',
      'client',
      "The request went to an origin that is not allowed to see this session's credentials, so none were sent.",
      ['credentials-withheld: origin'],
      ['Add the origin to allowedOrigins, if the session is meant for it'],
    ),
  ({ withheld }) =>
    finding(
      withheld === 'endpoint',
      'withheld-for-endpoint',
      'certain',
      'client',
      'The request went to the token or revocation endpoint, which never gets the access token.',
      ['credentials-withheld: endpoint'],
      ['Call the token endpoint through a grant, not through client.fetch'],
    ),
  ({ withheld }) =>
    finding(
      withheld === 'caller',
      'callers-own-header',
      'certain',
      'client',
      'The caller set the credentials header itself, so the client left the request alone.',
      ['credentials-withheld: caller'],
      ['Remove your own Authorization header: a library or an interceptor may set it'],
    ),
  ({ authorization }) =>
    finding(
      authorization.kind === 'malformed',
      'malformed-authorization',
      'certain',
      'client',
      `The Authorization header can't be read: it ${authorization.kind === 'malformed' ? authorization.problem : ''}.`,
      [authorization.kind === 'malformed' && `Authorization ${authorization.problem}`],
      ['Send exactly: the scheme, one space, the token', 'Let the client set the header'],
    ),
  (evidence) => {
    const { authorization, request, status } = evidence
    const bare = authorization.kind === 'absent' && !request.hasApiKey && !request.hasCookies
    return finding(
      bare && status === 401 && !hasError(evidence, /csrf/),
      'no-credentials',
      request.credentials === 'include' ? 'possible' : 'certain',
      'client',
      'The request carried no credentials.',
      ['no Authorization header was sent'],
      ['Sign in first', 'Check that the origin is in allowedOrigins', 'Check that no proxy or redirect took the header away'],
    )
  },
  ({ authorization, challenges }) => {
    const asked = challenges.map(({ scheme }) => scheme)
    const isOther =
      authorization.kind === 'good' && asked.length > 0 && !asked.some((name) => name.toLowerCase() === authorization.scheme.toLowerCase())
    return finding(
      isOther,
      'wrong-scheme',
      'likely',
      'client',
      `The server asks for ${asked.join(' or ')}, and got ${authorization.kind === 'good' ? authorization.scheme : 'something else'}.`,
      [`challenge: ${asked.join(', ')}`, authorization.kind === 'good' && `sent: ${authorization.scheme}`],
      ['Use the scheme that the server asks for', 'Check that the URL is that of the API, not of a page or proxy in front of it'],
    )
  },
  (evidence) =>
    finding(
      evidence.authorization.kind === 'good' && /^basic$/i.test(evidence.authorization.scheme) && evidence.status === 401,
      /encod|charset|utf/i.test(words(evidence)) ? 'basic-badly-encoded' : 'basic-refused',
      'likely',
      'client',
      'User name or password were refused.',
      ['Basic credentials were sent'],
      [
        'Check user name and password',
        "Don't percent-encode them: Basic takes them as they are, in UTF-8",
        'Where they are not ASCII, ask which charset the server reads',
      ],
    ),
  ({ request, status }) =>
    finding(
      request.hasApiKey && status === 401,
      'api-key-refused',
      'likely',
      'client',
      'The API key was refused.',
      ['a key was sent in a header of its own'],
      [
        'Compare its first and last four characters with the ones that the provider shows',
        'Check that the key goes where the API wants it: header, scheme or query',
        'Get a new key, if it was regenerated',
      ],
    ),
]
