import type { Facts } from './facts'

/** A refusal in all but its status. */
export function speaksOfCredentials(facts: Facts): boolean {
  const { status = 0, words, error } = facts
  if ([0, 401, 403, 407].includes(status)) return false
  const says = /token|jwt|session (has |is )?expired|unauthori[sz]ed|unauthenticated|credential|authorization`? (header|was missing)/.test(
    words.replace(otherTokens, ''),
  )
  return (
    /^(invalid_token|token_expired)$/.test(error) ||
    refusesInBand(facts) ||
    saysKeyRefused(facts) ||
    (status === 422 && ofJwt.test(words)) ||
    (status === 400 && ofRequest.test(words)) ||
    ([400, 404, 419, 440, 498, 500].includes(status) && says)
  )
}

/** As Slack does: `"ok": false` with 200; and gRPC-Web. */
function refusesInBand({ status = 0, json, error, answered }: Facts): boolean {
  const isSuccess = status >= 200 && status < 300
  if (isSuccess && /^(7|16)$/.test(answered('grpc-status'))) return true // PERMISSION_DENIED and UNAUTHENTICATED.
  return (
    isSuccess &&
    json?.ok === false &&
    /(^|_)auth(ed|_|$)|token|scope|^(account_inactive|no_permission|access_denied|org_login_required)$/.test(error)
  )
}

/** Tokens of a parser, a list or a phone are no access tokens, nor are those that a language model counts; and default credentials are the server's own, which it misses towards its cloud. */
const otherTokens =
  /\b\w*tokens\b|no such token|(unexpected|page|paging|pagination|continuation|sync|device|push|registration|captcha|nft) ?token|token bucket|default credentials/g

/** What Flask-JWT-Extended answers with 422, where others speak of a form: its own words, and PyJWT’s. */
const ofJwt =
  /signature verification failed|not enough segments|(header|payload|crypto) (string|padding)|subject must be|bad authorization header/

/** With 500, it may be the server that a database or a mail server does not let in. */
const ofRequest = /authenticat(ion|ed)\b|signature ?does ?not ?match|invalid signature/

/** Whether the words refuse an API key, with any status: Google says it with 400. */
export function saysKeyRefused({ status = 0, words }: Facts): boolean {
  const says = /api[ _-]?key (is )?(not valid|invalid|expired|missing|not found)|(invalid|incorrect|expired|missing) api[ _-]?key/
  return status >= 400 && says.test(words)
}
