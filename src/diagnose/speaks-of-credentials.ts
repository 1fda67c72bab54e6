import { accountGone } from './account'
import { saysSkewed } from './clock-rule'
import type { Facts } from './facts'
import { refusesInBand } from './refuses-in-band'

/** A refusal in all but its status. */
export function speaksOfCredentials(facts: Facts): boolean {
  const { status = 0, words, error } = facts
  if ([0, 401, 403, 407].includes(status)) return false
  // PERMISSION_DENIED and UNAUTHENTICATED, of gRPC-Web.
  if (status < 300) return /^(7|16)$/.test(facts.answered('grpc-status')) || refusesInBand(facts) > 0
  const says = /token|jwt|session (has |is )?expired|unauthori[sz]ed|unauthenticated|credential|authorization`? (header|was missing)/.test(
    words.replace(otherTokens, ''),
  )
  return (
    /^(invalid_token|token_expired)$/.test(error) ||
    saysKeyRefused(facts) ||
    (status === 422 && ofJwt.test(words)) ||
    (status === 400 && (ofRequest.test(words) || saysSkewed(facts) || accountGone.test(words))) ||
    ([400, 404, 419, 440, 498, 500].includes(status) && says)
  )
}

/** Tokens of a parser, a list or a phone are no access tokens, nor are those that a language model counts; and default credentials are the server's own, which it misses towards its cloud. */
const otherTokens =
  /\b\w*tokens\b|no such token|(unexpected|page|paging|pagination|continuation|sync|device|push|registration|captcha|nft) ?token|token bucket|default credentials/g

/** What Flask-JWT-Extended answers with 422, where others speak of a form: its own words, and PyJWT’s; and Mastodon, of a token that is no user’s. */
const ofJwt =
  /signature verification failed|not enough segments|(header|payload|crypto) (string|padding)|subject must be|bad authorization header|requires an authenticated/

/** With 500, it may be the server that a database or a mail server does not let in. The numbers are Meta’s permissions. */
const ofRequest =
  /authenticat(ion|ed)\b|signature[\w ]{0,50}? ?does ?not ?match|invalid signature|signature for this request|(have|lacks?|insufficient|missing)( \w+){0,3} (permission|privilege)|permission[_ ]denied|not authori[sz]ed to perform|\(#(10|2\d\d)\)/

/** Whether the words refuse an API key, with any status: Google says it with 400. */
export function saysKeyRefused(facts: Facts): boolean {
  const says =
    /api[ _-]?key (is )?(not valid|invalid|expired|missing|not found)|(invalid|incorrect|expired|missing) api[ _-]?key|api:invalid key/
  return says.test(facts.words) && ((facts.status ?? 0) >= 400 || refusesInBand(facts) > 0)
}
