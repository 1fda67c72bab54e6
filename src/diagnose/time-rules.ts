import type { Facts } from './facts'
import { inWords } from './in-words'
import { mostSeconds, textAt } from './jwt-parts'
import { type Rule, when } from './rule'
import { claimsRefusal, namesSeveral, saysNotActive, saysOfToken, timeOf } from './token-facts'

/** What the token's own times say, and the clocks. */
export const timeRules: readonly Rule[] = [
  {
    cause: 'token-expired',
    party: 'client',
    summary: 'The access token has expired.',
    fixes: [
      'Refresh it, or sign in again. If new tokens are refused too, compare the clocks.',
      'Give the client a refresh token. If access tokens expire on the way, raise `expiryLeeway`.',
    ],
    find: (facts) => {
      const { expiresAt, words, quote, status, error } = facts
      const time = timeOf(facts)
      const isUndated = expiresAt === undefined || time === undefined // Without a clock, an expiry tells nothing.
      const saysSo = saysExpired.test(words) || error === 'token_expired' || status === 498
      if (!isUndated && time >= expiresAt) {
        const clock = facts.serverTime === undefined ? 'by the clock of this machine' : 'by the server’s Date'
        const evidence = [`It expired ${inWords(time - expiresAt)} ago, ${clock}.`]
        // Some servers allow a leeway, and a server that names another reason knows better.
        const isPlain = time - expiresAt > 60_000 && !/audience|issuer|signature(?! (has |is )?expired)|\bkid\b|revoked|scope/.test(words)
        return when(claimsRefusal(facts) || saysSo, !isPlain ? 79 : facts.serverTime === undefined ? 82 : 94, [...evidence, quote])
      }
      if (saysSo && isUndated) return when(true, namesSeveral(facts) ? 59 : 78, quote || 'The server says that it has expired.')
      return (
        when(/^must be a number/.test(textAt(facts.json, 'exp') ?? ''), 62, quote, noExpiry) ?? // Kong's, of exp.
        when(saysSo, 55, [quote || 'The server says that it has expired.', 'By its own exp, it has not expired yet.']) ??
        when(isUndated && saysNotActive(facts), 59, [quote, 'Servers say this of expired and of revoked tokens.']) ??
        when(isUndated && error === 'invalid_token', 50, ['Servers say invalid_token mostly of expired tokens.', quote]) ??
        when(isUndated && saysOfToken(facts), 44, quote)
      )
    },
  },
  {
    cause: 'token-not-yet-valid',
    party: 'authorization server',
    summary: 'The token is not valid yet.',
    fixes: ['Set the clocks of API and authorization server by NTP.', 'Let the API allow a leeway of 30 to 60 seconds.'],
    find: (facts) => {
      const { jwt, words, quote } = facts
      const time = timeOf(facts)
      const [name, start] =
        ['nbf', 'iat'].map((claim) => [claim, jwt?.claims[claim]] as const).find(([, at]) => typeof at === 'number') ?? []
      const early = typeof start === 'number' && time !== undefined ? start * 1000 - time : 0
      return (
        when(
          typeof start === 'number' && start > mostSeconds && claimsRefusal(facts),
          name === 'nbf' ? 92 : 76,
          `Its ${name} is ${start}.`,
          inMilliseconds,
        ) ??
        when(
          early > (name === 'nbf' ? 1000 : 5000) && claimsRefusal(facts), // `Date` has whole seconds; few servers look at iat at all.
          name === 'nbf' ? 93 : 75,
          `Its ${name} is ${inWords(early)} ahead of ${clockName(facts)}.`,
        ) ??
        when(
          /not yet (valid|active)|jwt not active|not (valid|active) yet|(valid|used) (before|until)|\bnbf\b|issued (in the|at) future/.test(
            words,
          ),
          76,
          quote,
        )
      )
    },
  },
]

const noExpiry = {
  party: 'authorization server',
  summary: 'The token has no numeric exp.',
  fixes: [],
} as const

const inMilliseconds = {
  party: 'authorization server',
  summary: 'The token gives its times in milliseconds; a JWT counts seconds (RFC 7519 §2).',
  fixes: ['Divide the time by 1000 in the code that makes the token.'],
} as const

/** Other things expire as well. .NET says “Lifetime validation failed” of both ends; the last are jose's words. */
const saysExpired =
  /(?<!(certificate|password)( has| is| was)? )expired|no longer valid|lifetime(?!.{0,60}not yet valid)|\bexp\b\W{0,2} claim timestamp check failed/

function clockName({ serverTime }: Facts): string {
  return serverTime === undefined ? 'the clock of this machine' : 'the server’s Date'
}
