import type { Facts } from './facts'

/** Whether a token endpoint answers: what it says is of no access token, and 400 is its right status (RFC 6749 §5.2). */
export function isOfTokenEndpoint(facts: Facts): boolean {
  return (codes.test(facts.error) && !isOfApi(facts, facts.error)) || saysRefreshTokenRefused(facts)
}

/** Whether an API answers with a code that token endpoints, too, have: it was sent a token, or asked by another method, or names the code in a challenge. */
export function isOfApi({ hasRequest, method, token, challenges }: Facts, code: string): boolean {
  const inChallenge = challenges.some(({ params }) => params.error === code)
  return ofAnyServer.test(code) && (inChallenge || (hasRequest && (method !== 'POST' || token !== undefined)))
}

/** What Supabase and many a server of one's own say in place of `invalid_grant`. */
export function saysRefreshTokenRefused({ status = 0, words }: Facts): boolean {
  return status >= 400 && refused.test(words)
}

/** Whether it is a sign-in by its URL: user and password, or a grant, stand in its body. What a Bearer is asked with, is said of all paths alike. */
export function isSignIn({ method, url, authorization, challenges }: Facts): boolean {
  const inField = challenges.some(({ scheme }) => /^(basic|digest)$/i.test(scheme))
  return method === 'POST' && authorization === undefined && !inField && signInPath.test(url)
}

/** The same, where neither the request nor its URL tells who answers. */
export function mayBeOfApi({ url }: Facts, code: string): boolean {
  return ofAnyServer.test(code) && !/token|oauth/i.test(url)
}

/** Whether it renews a session by its URL: the refresh token stands in its body, or in a cookie. */
export function isRenewal({ method, url, authorization, scheme, token, challenges }: Facts): boolean {
  const sentNone = authorization === undefined && scheme === '' && token === undefined
  return method === 'POST' && sentNone && !challenges.some((c) => /^(basic|digest)$/i.test(c.scheme)) && renewalPath.test(url)
}

/** Reports and caches are refreshed, too: below the root, the path has to speak of a session. */
const renewalPath =
  /(^(https?:\/\/[^/]+)?(\/api|\/v\d+)*|\/([\w-]*auth(\/\w+)?|[\w-]*(token|session)s?|jwt|login))\/refresh\/?([?#]|$)|\/((token|auth|session)[-_]refresh|refresh[-_]?(token|session))\/?([?#]|$)/i
const signInPath = /\/(log[-_]?in|sign[-_]?in|authn|authenticate|(api-)?token(-auth)?)\/?([?#]|$)/i
/** Whatever a server does, it may be down, and say so. */
const ofAnyServer = /^(temporarily_unavailable|server_error|slow_down|invalid_scope|invalid_target|mfa_required)$/
/** OAuth's, Salesforce's and GitHub's. */
const codes =
  /^(invalid_(grant|client(_id)?|scope|target)|unauthorized_client|unsupported_grant_type|inactive_(user|org)|bad_(refresh_token|verification_code)|incorrect_client_credentials)$/
const refused =
  /(invalid|expired|revoked|unknown)[ _]refresh[ _]?token|refresh[ _]?token.{0,20}(invalid|not (valid|found)|expired|revoked|already used)/
