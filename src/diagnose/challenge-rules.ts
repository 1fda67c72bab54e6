import { finding, hasError, type Rule, words } from './rule'

const scopeOf = (challenges: readonly { readonly params: Readonly<Record<string, string>> }[]): string | undefined =>
  challenges.find(({ params }) => params.scope)?.params.scope

/** What the challenge says by its registered codes. */
export const challengeRules: readonly Rule[] = [
  (evidence) =>
    finding(
      hasError(evidence, /^insufficient_scope$/),
      'insufficient-scope',
      'certain',
      'client',
      'The token is good, but does not reach this far.',
      [
        `error="insufficient_scope" with status ${evidence.status}`,
        scopeOf(evidence.challenges) && `needed: ${scopeOf(evidence.challenges)}`,
      ],
      [
        'Ask the user for the scope (onStepUp): a refresh can not widen it',
        ...(evidence.status === 401 ? ['The API should say 403 (RFC 6750 §3.1)'] : []),
      ],
    ),
  (evidence) =>
    finding(
      hasError(evidence, /^insufficient_user_authentication$/),
      'step-up-required',
      'certain',
      'client',
      'The user has to authenticate more strongly, or again.',
      ['error="insufficient_user_authentication" (RFC 9470)'],
      ['Handle onStepUp: start an authorization request with acr_values and max_age of the challenge'],
    ),
  (evidence) =>
    finding(
      hasError(evidence, /^insufficient_claims$/) || evidence.challenges.some(({ params }) => params.claims),
      'claims-required',
      'certain',
      'client',
      'The API wants a token with more claims (continuous access evaluation).',
      ['the challenge has claims'],
      ['Handle onStepUp, and hand the claims to the authorization server'],
    ),
  (evidence) =>
    finding(
      hasError(evidence, /^invalid_request$/),
      'invalid-request',
      'certain',
      'client',
      'The request itself is malformed: a token sent twice, or in two ways.',
      ['error="invalid_request"', evidence.status !== 400 && `status ${evidence.status}, where RFC 6750 §3.1 says 400`],
      ['Send the token in one place only'],
    ),
  (evidence) =>
    finding(
      hasError(evidence, /^use_dpop_nonce$/),
      'dpop-nonce',
      'certain',
      evidence.header('dpop-nonce') ? 'client' : 'resource server',
      'The server wants a nonce of its own in the DPoP proof.',
      ['error="use_dpop_nonce"', evidence.header('dpop-nonce') ? 'a nonce came with it' : 'no DPoP-Nonce can be read'],
      evidence.header('dpop-nonce')
        ? ['Send the request again with the nonce: dpop() does']
        : ['Expose it: Access-Control-Expose-Headers: DPoP-Nonce, WWW-Authenticate'],
    ),
  (evidence) =>
    finding(
      hasError(evidence, /^invalid_dpop_proof$/),
      'dpop-proof',
      'certain',
      'client',
      'The DPoP proof was refused.',
      ['error="invalid_dpop_proof"'],
      ['Check the clock', 'Check that htu is the URL that the API sees, behind its proxies', 'Use the key that the token is bound to'],
    ),
  (evidence) =>
    finding(
      /conditional access|\bpolicy\b|\bip (address|range)\b|not allowed from|device compliance/i.test(words(evidence)),
      'policy',
      'likely',
      'authorization server',
      'A rule of the organisation refuses this access, whatever the token says.',
      ['its words name a policy'],
      ['Ask who administers the sign-in: a refresh does not help'],
    ),
  (evidence) =>
    finding(
      /csrf|xsrf/i.test(words(evidence)) || evidence.status === 419,
      'csrf-refused',
      'likely',
      'client',
      'The proof that the request is the page’s own (CSRF token) is missing or too old.',
      [evidence.status === 419 && 'status 419'],
      ['Send the token: cookieSession({ csrf: { header, value } })', 'Load the page, or the token, anew'],
    ),
  (evidence) =>
    finding(
      evidence.status === 403 && hasError(evidence, /^invalid_token$/),
      'forbidden-means-unauthorized',
      'certain',
      'resource server',
      'The API says 403, and means 401: the token is not valid.',
      ['status 403 with error="invalid_token"'],
      ['The API should say 401 (RFC 6750 §3.1)', 'Until then: isUnauthorized, for exactly this answer'],
    ),
  (evidence) =>
    finding(
      evidence.status === 401 &&
        /\b(forbidden|permission|not allowed|access denied)\b/i.test(words(evidence)) &&
        !evidence.hasChallengeField,
      'unauthorized-means-forbidden',
      'possible',
      'resource server',
      'The API says 401, and seems to mean 403: the user may not do this.',
      ['its words say that permission is missing'],
      ['The API should say 403: a new token will not change the answer'],
    ),
  (evidence) =>
    finding(
      evidence.body.kind === 'graphql' && /UNAUTHENTICATED/i.test(evidence.body.words) && evidence.status !== 401,
      'graphql-in-band',
      'certain',
      'resource server',
      'The refusal is inside a GraphQL answer, not in its status.',
      [`status ${evidence.status}, code UNAUTHENTICATED`],
      ['isUnauthorized: graphqlUnauthenticated (authenticated-client/graphql)'],
    ),
]
