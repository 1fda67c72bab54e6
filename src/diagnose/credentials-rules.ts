import { isScheme } from '../challenge/challenge'
import type { Facts } from './facts'
import { harmlessUrl } from './harmless'
import { isRefused } from './is-refused'
import { missingCredentialsRule } from './missing-credentials-rule'
import { type Rule, when } from './rule'
import { saysNotAllowed, saysNotGood } from './said-of-credentials'
import { isMasked, looksLikeScheme } from './secrets'
import { saysKeyRefused } from './speaks-of-credentials'

/** What was sent, or was not. */
export const credentialsRules: readonly Rule[] = [
  {
    cause: 'credentials-withheld',
    party: 'client',
    summary: 'The client did not send its credentials with this request.',
    fixes: [
      'If the request goes to another origin of yours: name that origin in `allowedOrigins`.',
      'If the caller sets an Authorization header: leave it out, and let the client set it.',
    ],
    find: ({ event }) => {
      const reason = /^(credentials-withheld|decision)$/.test(event?.type ?? '') ? event?.reason : undefined
      return when(/^(origin|endpoint|caller)$/.test(reason ?? ''), 97, `The client withheld them: ${withheldBecause(reason)}.`)
    },
  },
  missingCredentialsRule,
  {
    cause: 'credentials-malformed',
    party: 'client',
    summary: 'The Authorization header is malformed.',
    fixes: ['Send `Authorization: Bearer <token>` and nothing else.'],
    find: ({ authorization, challenges, error }) => {
      const flaw =
        authorization === undefined || isMasked(authorization) ? undefined : flaws.find(([pattern]) => pattern.test(authorization))
      const wantsScheme = challenges.some((challenge) => isScheme(challenge, 'bearer') && !challenge.params.error)
      const mayBeTaken = flaw === strangeCharacter || (flaw === noScheme && !wantsScheme && error !== 'invalid_request')
      return when(flaw, mayBeTaken ? 75 : 95, flaw?.[1] ?? '')
    },
  },
  {
    cause: 'wrong-scheme',
    party: 'client',
    summary: 'The request used a scheme that the server does not ask for.',
    fixes: ['Use a scheme that the challenge names.', 'Compare the URL with the API’s documentation.'],
    find: (facts) => {
      const { scheme, challenges, status, words, quote, harmless, answered } = facts
      const sentScheme = looksLikeScheme(scheme) ? scheme : 'a value without a scheme'
      const asked = challenges.map((challenge) => challenge.scheme)
      // Azure DevOps names Bearer in a challenge that cannot be read.
      const isNamed = answered('www-authenticate').toLowerCase().includes(`${scheme} auth`)
      const isForeign =
        scheme && status === 401 && asked.length > 0 && !isNamed && !challenges.some((challenge) => isScheme(challenge, scheme))
      return (
        when(isForeign, hasReadThem(facts) ? 48 : 88, `Sent: ${sentScheme}. Asked for: ${harmless([...new Set(asked)].join(', '))}.`) ??
        // What AWS says of a token where it reads its own signature.
        when(scheme && !scheme.startsWith('aws4-') && wantsSignature.test(words), 86, [`Sent: ${sentScheme}.`, quote])
      )
    },
  },
  {
    cause: 'credentials-in-url',
    party: 'client',
    summary: 'The token is in the URL, where few servers look for it and every log keeps it.',
    fixes: ['Send it in the Authorization header (RFC 6750 §5.3).', 'Revoke this token: it is probably in logs by now.'],
    find: (facts) => {
      const { url, authorization, status } = facts
      const inUrl = authorization === undefined && /[?&#](access_token|id_token|token|jwt)=./i.test(url)
      return when(
        inUrl && (status === undefined || isRefused(facts)),
        hasReadThem(facts) || saysNotAllowed(facts) ? 59 : 85,
        `The query of ${harmlessUrl(url)} holds a token.`,
      )
    },
  },
]

/** Whether the server has read the credentials, though it asks for another scheme: it names an error, or says that they are not good. */
function hasReadThem(facts: Facts): boolean {
  const { challenges, words, token } = facts
  return (
    challenges.some(({ params }) => params.error) ||
    saysNotGood(facts) ||
    saysKeyRefused(facts) ||
    /authenticated_failed/.test(words) || // Jira's word.
    (token !== undefined && /expired|revoked|invalid_session|failed verification/.test(words))
  )
}

const wantsSignature = /not a valid key=value pair|unsupported authorization type|authorization header requires '(credential|signature)'/

function withheldBecause(reason: string | undefined): string {
  if (reason === 'origin') return 'the request goes to another origin'
  return reason === 'caller' ? 'the caller set an Authorization header of its own' : 'the request goes to an endpoint that takes none'
}

/** Some servers take one all the same: what Laravel's Sanctum issues has a bar behind a number, what Salesforce does a `!` behind its organization, Asana's a colon behind two numbers. */
const strangeCharacter = [
  /^(bearer|dpop)\s+(?!(\d+\||00D\w{9,15}!|\d\/[\d/]+:)?[\w.~+/-]+=*$)/i,
  'The token holds a character that is not allowed in a token (RFC 6750 §2.1).',
] as const

/** Amazon's Cognito and AppSync take one so, and PocketBase. */
const noScheme = [/^eyJ[\w-]+\.[\w-]+\.[\w-]*$/, 'There is a token, but no scheme before it.'] as const

const flaws: readonly (readonly [RegExp, string])[] = [
  [/[\r\n]/, 'It holds a line break.'],
  [/^\s*$/, 'It is empty.'],
  [/^\S+:/, 'There is a colon after the scheme.'],
  [/^(\w+) +\1(\s|$)/i, 'The scheme is there twice.'],
  [/^(bearer|dpop|basic)\s*$/i, 'There is a scheme, but no token after it.'],
  [/^\S+ +(undefined|null|NaN|\[object \w+\])\s*$/, 'In place of the token, there is undefined, null or an object.'],
  [/^\S+ +(\$\{?\w+\}?|<[^>]*>|\{\{.*\}\})\s*$/, 'In place of the token, there is a placeholder.'],
  [/^(bearer|dpop)\s+["'“]/i, 'The token is in quotes.'],
  [/^(bearer)(?=eyJ|[\w-]{20,})\S+$/i, 'There is no space between the scheme and the token.'],
  noScheme,
  [/^\s|\s$/, 'There are spaces around it.'],
  [/^(bearer|dpop)\s+\S+\s+\S/i, 'There is a space inside the token.'],
  [/^(bearer|dpop) {2,}/i, 'There is more than one space after the scheme.'],
  strangeCharacter,
]
