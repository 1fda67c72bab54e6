import { type Challenge, isScheme } from '../challenge/challenge'
import { fromBase64 } from '../platform/base64'
import { csrfRule } from './csrf-rule'
import type { Facts } from './facts'
import { harmlessUrl, shortened } from './harmless'
import { isRefused } from './is-refused'
import { holdsKey, isWellKnown, keyFieldOf } from './key-field'
import { placeOfSignature } from './place-of-signature'
import { type Rule, when } from './rule'
import { saysNotAllowed, saysNotGood, saysWrongPassword } from './said-of-credentials'
import { isMasked } from './secrets'
import { saysKeyRefused } from './speaks-of-credentials'
import { isSignIn } from './token-endpoint'

/** Schemes without a token: Basic, Digest, API keys, cookies. */
export const schemeRules: readonly Rule[] = [
  {
    cause: 'basic-encoding',
    party: 'client',
    summary: 'The Basic credentials are not encoded as the server expects.',
    fixes: ['Encode `user:password` as UTF-8, then as Base64; percent-encode nothing (but for a token endpoint).'],
    find: ({ scheme, authorization, status }) => {
      if (scheme !== 'basic' || status !== 401 || isMasked(authorization)) return undefined
      const pair = decodedPair(authorization)
      if (pair === undefined) return when(true, 94, 'What follows Basic is not Base64.')
      return (
        when(!pair.includes(':'), 94, 'There is no colon between user and password.') ??
        when(/%[0-9a-f]{2}/i.test(pair), 72, 'The user or the password is percent-encoded.') ??
        when(/^[^:]*:[\s\S]*[\r\n]$/.test(pair), 90, 'The password ends in a line break: `echo` adds one.') ??
        when(/[\x80-\xff]/.test(pair), 55, 'The user or the password holds letters beyond ASCII.')
      )
    },
  },
  {
    cause: 'basic-credentials',
    party: 'client',
    summary: 'The user or the password is wrong.',
    fixes: [
      'Compare both with what the server knows, including spaces at either end.',
      'Check whether the API wants an app password or a token.',
    ],
    find: (facts) => {
      const { scheme, status = 0, challenges, words, quote, method, authorization, error } = facts
      const inBody = method === 'POST' && scheme === '' && authorization === undefined && [400, 401, 403, 422].includes(status)
      if (inBody && !error.startsWith('invalid_') && saysWrongPassword(facts)) return when(true, 84, quote)
      const again = challenges.some((challenge) => isScheme(challenge, 'basic'))
      // A code in `error` is OAuth's, of which other rules know more.
      if (isSignIn(facts) && status === 401 && !/^[a-z]+(_[a-z]+)+$/.test(error))
        return when(true, 62, ['By its URL, this is a sign-in, with user and password in the body.', quote])
      const asked = again ? 'the server asks for Basic again' : 'the server asks for no other scheme'
      if (scheme !== 'basic' || status !== 401) return undefined
      return (
        // What Jira says of it, whose challenge names OAuth alone.
        when(/authenticated_failed/.test(words), 78, quote) ??
        when(again || !challenges.length, again ? 71 : 65, [`Basic was sent, and ${asked}.`, quote])
      )
    },
  },
  {
    cause: 'digest-stale',
    party: 'client',
    summary: 'The nonce of the Digest is too old; user and password are right.',
    fixes: ['Send the request again with the nonce of this answer; the `digest` scheme of this package does so.'],
    find: ({ scheme, status, challenges }) =>
      when(scheme === 'digest' && status === 401 && challenges.some(isStale), 93, 'The Digest challenge says stale=true (RFC 7616 §3.3).'),
  },
  {
    cause: 'digest-credentials',
    party: 'client',
    summary: 'The user or the password is wrong, or the Digest was made for another request.',
    fixes: [
      'Compare both with what the server knows, and the algorithm with those that the challenge names.',
      'Make a new Digest for each request: it covers method, URL and nonce.',
    ],
    find: ({ scheme, status, challenges }) => {
      const asked = challenges.filter((challenge) => isScheme(challenge, 'digest'))
      const again = asked.length > 0 && !asked.some(isStale)
      return when(scheme === 'digest' && status === 401 && again, 65, 'Digest was sent, and the server asks for Digest again.')
    },
  },
  {
    cause: 'api-key',
    party: 'client',
    summary: 'The server refuses the API key.',
    fixes: [
      'Send the key in the header, the scheme or the query parameter that the API’s documentation names.',
      'Compare its first and last characters with what was issued for this server.',
    ],
    find: (facts) => {
      const { sent, url, words, quote, token, scheme, jwt, authorization } = facts
      const header = keyFieldOf(facts)
      // Beside an Authorization, a field that is only called like a key may be part of it.
      const isKey = header && (isWellKnown(header) || authorization === undefined) && !header.includes('signature')
      const inQuery = holdsKey(url)
      const place = header ? `It was sent in ${header}: ${shortened(sent(header))}.` : `It was sent in the query of ${harmlessUrl(url)}.`
      const saysSo = /(api|subscription)[ _-]?key/.test(words)
      const asBearer = scheme === 'bearer' && token && !jwt && (saysSo || /^(sk|pk|rk|api|key)[_-]/i.test(token))
      const asScheme = keyScheme.test(scheme) && authorization !== undefined && !isMasked(authorization)
      const refused = isRefused(facts) || saysKeyRefused(facts)
      const finding =
        when(unknownAccessKey.test(words), 86, quote, accessKey) ??
        when(refused && (isKey || inQuery), saysSo ? 84 : namesToken(facts) ? 40 : facts.status === 403 ? 59 : 72, [place, quote]) ??
        when(refused && asScheme, saysSo || saysNotGood(facts) ? 78 : 56, [
          `It was sent as ${scheme}: ${shortened((authorization ?? '').replace(/^\S+\s+/, ''))}.`,
          quote,
        ]) ??
        when(refused && asBearer, saysSo ? 80 : 50, [`What was sent as Bearer looks like an API key: ${shortened(token ?? '')}.`, quote]) ??
        when(refused && saysSo, 80, [quote, 'The request shows no API key.'], facts.hasRequest ? noKeySeen : undefined)
      // Good keys, too, lack permissions. Vault says so even of a key that it does not know.
      const mayBeGood = saysNotAllowed(facts) && !saysKeyRefused(facts)
      return finding && mayBeGood ? { ...finding, weight: Math.min(finding.weight, 59) } : finding
    },
  },
  csrfRule,
  {
    cause: 'session-cookie',
    party: 'client',
    summary: 'The session cookie was not sent, or its session is over.',
    fixes: [
      'Across origins: send `credentials: "include"`, and set the cookie with `SameSite=None; Secure`.',
      'On the same origin: sign in again.',
      'Check in the developer tools whether the cookie is sent.',
    ],
    find: (facts) => {
      const { sent, status, authorization, credentialsMode, answered, challenges } = facts
      const cleared = /(max-age=0\b|expires=thu, 01[ -]jan[ -]1970)/i.test(answered('set-cookie'))
      const refused = isRefused(facts)
      // Frameworks delete their cookie whatever came; a challenge for another scheme, or a 403, is seldom about one.
      const beside = authorization !== undefined && !sent('cookie')
      const unsure = status === 403 || challenges.some(({ scheme }) => /^(bearer|dpop|basic|digest)$/i.test(scheme))
      return (
        when(refused && cleared, beside ? 38 : 85, 'The answer deletes a cookie: the session is over.') ??
        when(status === 440, 85, 'IIS answers with status 440 when a session has timed out.') ??
        when(refused && sent('cookie') && authorization === undefined, unsure ? 54 : 66, 'A cookie was sent, and the server refused it.') ??
        when(refused && credentialsMode === 'omit' && authorization === undefined, 72, '`credentials: "omit"` sends no cookie.') ??
        when(refused && credentialsMode === 'include' && !beside && !unsure, 82, 'The request went out with `credentials: "include"`.') ??
        when(
          refused && facts.hasRequest && authorization === undefined && !challenges.length && !placeOfSignature(facts),
          42,
          'The request shows no cookie.',
        )
      )
    },
  },
]

/** What STS and DynamoDB say, S3, and Alibaba. */
const unknownAccessKey =
  /security token included in the request is invalid|access ?key( ?id)? (you provided does not exist|is not found)|invalidaccesskeyid/

const accessKey = {
  summary: 'The cloud does not know the access key: it was deleted, is for another partition, or came without its session token.',
  fixes: [
    'Check which key is sent: environment, profile and role may each provide one.',
    'Send a temporary key (`ASIA…`) with its session token (`X-Amz-Security-Token`).',
  ],
}

const noKeySeen = {
  summary: 'The server speaks of an API key, but the request shows none.',
  fixes: ['Send the key in the header, the scheme or the query parameter that the API’s documentation names.'],
}

/** Schemes that no RFC knows, behind which a key stands: GitHub’s and Django’s, Elasticsearch’s, Okta’s, Discord’s, Opsgenie’s. */
const keyScheme = /^(token|api-?key|key|ssws|bot|geniekey)$/

/** The challenge says that the token, not the key beside it, is the matter. */
function namesToken({ challenges, authorization, token }: Facts): boolean {
  return (
    (authorization ?? token) !== undefined && challenges.some(({ params }) => /^(invalid_token|insufficient_)/.test(params.error ?? ''))
  )
}

function isStale(challenge: Challenge): boolean {
  return isScheme(challenge, 'digest') && /^true$/i.test(challenge.params.stale ?? '')
}

function decodedPair(authorization: string | undefined): string | undefined {
  try {
    return fromBase64((authorization ?? '').replace(/^\S+\s+/, '').trim())
  } catch {
    return undefined
  }
}
