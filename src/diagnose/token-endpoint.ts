import type { Facts } from './facts'

/** Whether a token endpoint answers: what it says is of no access token, and 400 is its right status (RFC 6749 §5.2). */
export function isOfTokenEndpoint(facts: Facts): boolean {
  return codes.test(facts.error) || saysRefreshTokenRefused(facts)
}

/** What Supabase and many a server of one's own say in place of `invalid_grant`. */
export function saysRefreshTokenRefused({ status = 0, words }: Facts): boolean {
  return status >= 400 && refused.test(words)
}

const codes = /^(invalid_(grant|client|scope|target)|unauthorized_client|unsupported_grant_type)$/
const refused =
  /(invalid|expired|revoked|unknown) refresh[ _]?token|refresh[ _]?token.{0,20}(invalid|not (valid|found)|expired|revoked|already used)/
