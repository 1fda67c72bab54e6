import { accountGone } from './account'
import type { Facts } from './facts'
import { saysEither, saysNotGood } from './said-of-credentials'

/** No challenge says invalid_token, and the words do. */
export function saysOfToken(facts: Facts): boolean {
  const { token, error, words } = facts
  const says = saysNotGood(facts) || saysEither(facts) || /unauthenticated/.test(words)
  return token !== undefined && error !== 'invalid_token' && says && !/expired|valid (yet|before)/.test(words)
}

/** Whether the words name all that may be, as Doorkeeper's do: “expired, revoked or malformed”. */
export function namesSeveral({ words }: Facts): boolean {
  return ['expired', 'revoked', 'malformed', 'incorrect'].filter((reason) => words.includes(reason)).length > 1
}

/** What introspection, and Keycloak, say of expired and of revoked tokens alike; “jwt not active” is what jsonwebtoken says of one too new. */
export function saysNotActive({ words }: Facts): boolean {
  return /not active|isn['’]t active|inactive|\bstale token/.test(words.replace(accountGone, '').replace(/jwt not active/g, ''))
}

/** No more than that the request was refused. */
export function saysNoReason({ words }: Facts): boolean {
  return !/\p{L}/u.test(words.replace(/\b(the|your|access|bearer|token|is|was|not|valid|invalid|invalid_token|unauthori[sz]ed)\b/g, ''))
}

/** The server's own clock decides; this machine's where it is not known. */
export function timeOf({ serverTime, now }: Facts): number | undefined {
  return serverTime ?? now
}

/** Claims say something about a refusal only where there is one, and none that is about something else. */
export function claimsRefusal({ status, error }: Facts): boolean {
  return [401, 403, 498, undefined].includes(status) && !/^(insufficient_|use_dpop_nonce|invalid_request)/.test(error)
}
