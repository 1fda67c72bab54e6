import { isScheme } from '../challenge/challenge'
import { saysKeyRefused } from './answer-rules'
import type { Facts } from './facts'
import { harmlessUrl } from './harmless'
import { keyFieldOf, mayHoldKey } from './key-field'
import { saysNoneCame, saysNotGood } from './none-came'
import { type Rule, when } from './rule'
import { isMasked, looksLikeScheme } from './secrets'
import { sendsNothing } from './sends-nothing'
import { isOfTokenEndpoint, isSignIn } from './token-endpoint'

/** What was sent, or was not. */
export const credentialsRules: readonly Rule[] = [
  {
    cause: 'credentials-withheld',
    party: 'client',
    summary: 'The client kept its credentials back from this request.',
    fixes: [
      'For another origin: name it in `allowedOrigins`, if that origin is yours.',
      'For an own Authorization header: leave it out, and let the client set it.',
    ],
    find: ({ event }) => {
      const reason = /^(credentials-withheld|decision)$/.test(event?.type ?? '') ? event?.reason : undefined
      return when(/^(origin|endpoint|caller)$/.test(reason ?? ''), 97, `The client withheld them: ${withheldBecause(reason)}.`)
    },
  },
  {
    cause: 'credentials-missing',
    party: 'client',
    summary: 'The request carried no credentials.',
    fixes: [
      'Sign in before the call, or hand the tokens to the client (`setTokens`).',
      'Send the call through the client’s fetch, not the global one.',
      'Follow no redirect to another origin: fetch drops Authorization there.',
    ],
    find: (facts) => {
      // Towards a token endpoint they stand in the body (RFC 6749 §2.3.1).
      const nothing = facts.hasRequest && sendsNothing(facts) && !mayHaveSent(facts) && !isOfTokenEndpoint(facts)
      const bare = facts.challenges.some((challenge) => isScheme(challenge, 'bearer') && !challenge.params.error)
      if (nothing) {
        const evidence = ['No Authorization, Cookie or API key header was sent.', facts.quote ?? '']
        // A firewall's 403, for one, is about something else; and a field of any name may hold a key.
        const asked = asksForCredentials(facts) || saysNoneCame(facts)
        const other = facts.ownFields.some(mayHoldKey)
        const unsure = isSignIn(facts) || (!asked && (facts.status === 403 || other))
        if (bare) evidence.push('The challenge names no error: RFC 6750 §3.1 asks for that where no token came.')
        const hidden = facts.url.includes('?') || mayHideCookies(facts) || other
        // They stood in the body.
        const signsIn = facts.method === 'POST' && wrongPassword.test(facts.words)
        return when(
          (isRefused(facts) || facts.error === 'not_authed') && !signsIn,
          unsure ? 55 : hidden ? 80 : 92,
          evidence,
          tokenService(facts) ?? userAndPassword(facts),
        )
      }
      const toCertificate = (Object(facts.jwt?.claims.cnf) as Readonly<Record<string, unknown>>)['x5t#S256'] !== undefined
      const mutual = /certificate|\bmtls\b|mutual tls/.test(facts.words)
      if (toCertificate && facts.status === 401 && (mutual || facts.error === 'invalid_token'))
        return when(
          true,
          mutual ? 86 : 66,
          ['The token is bound to a certificate (cnf.x5t#S256, RFC 8705).', facts.quote ?? ''],
          noCertificate,
        )
      const anonymous = facts.event?.type === 'request' && facts.event.scheme === undefined
      const cookieOnly = facts.hasRequest && !facts.authorization && !mayHaveSent(facts) && facts.sent('cookie') && !keyFieldOf(facts)
      const asked = asksForCredentials(facts)
      const { tokenType = 'Bearer', harmless, status } = facts
      const ofOtherType = facts.hasRequest && sendsNothing(facts) && !/^bearer$/i.test(tokenType)
      return (
        when(ofOtherType && asked && status === 401, 58, `The token that is held is of type ${harmless(tokenType)}.`, otherType) ??
        when(cookieOnly && asked && facts.status === 401, bare ? 68 : 56, `A cookie was sent, and ${asked} is asked for.`, cookieAlone) ??
        when(anonymous, 70, 'The client’s event names no scheme: it had nothing to send.') ??
        when(!facts.authorization && bare && facts.status === 401, 45, 'The challenge names no error, as it should where no token came.') ??
        when(!facts.hasRequest && facts.scheme === '' && asked && facts.status === 401 && !facts.error, 43, `${asked} is asked for.`)
      )
    },
  },
  {
    cause: 'credentials-malformed',
    party: 'client',
    summary: 'The Authorization header is not well formed.',
    fixes: ['Send `Authorization: Bearer <token>`: the scheme, one space, the token, nothing else.'],
    find: ({ authorization }) => {
      const flaw =
        authorization === undefined || isMasked(authorization) ? undefined : flaws.find(([pattern]) => pattern.test(authorization))
      return when(flaw, flaw === strangeCharacter ? 78 : 95, flaw?.[1] ?? '')
    },
  },
  {
    cause: 'wrong-scheme',
    party: 'client',
    summary: 'The credentials are of a scheme that the server does not ask for.',
    fixes: ['Use a scheme that the challenge names.', 'Look whether the request reached the server, and the path, that you meant.'],
    find: (facts) => {
      const { scheme, challenges, status, token, words, quote, harmless } = facts
      const sentScheme = looksLikeScheme(scheme) ? scheme : 'what begins with no scheme'
      // Who names an error, or says that they are not good, has read them all the same.
      const says =
        saysNotGood(facts) ||
        saysKeyRefused(facts) ||
        /authenticated_failed/.test(words) ||
        (token !== undefined && /expired|revoked|invalid_session/.test(words))
      const read = says || challenges.some(({ params }) => params.error)
      const asked = challenges.map((challenge) => challenge.scheme)
      const foreign = scheme && status === 401 && asked.length > 0 && !challenges.some((challenge) => isScheme(challenge, scheme))
      return (
        when(foreign, read ? 48 : 88, `Sent: ${sentScheme}. Asked for: ${harmless([...new Set(asked)].join(', '))}.`) ??
        // What AWS says of a token where it reads its own signature.
        when(scheme && /not a valid key=value pair|unsupported authorization type/.test(words), 86, [`Sent: ${sentScheme}.`, quote ?? ''])
      )
    },
  },
  {
    cause: 'credentials-in-url',
    party: 'client',
    summary: 'The token is in the URL, where few servers look and every log keeps it.',
    fixes: ['Send it in the Authorization header (RFC 6750 §5.3).', 'Revoke this token: it is in logs by now.'],
    find: (facts) => {
      const { url, authorization, status } = facts
      const inUrl = authorization === undefined && /[?&#](access_token|id_token|token|jwt)=./i.test(url)
      return when(inUrl && (status === undefined || isRefused(facts)), 85, `The query of ${harmlessUrl(url)} holds a token.`)
    },
  },
]

/** What is said of user and password, in no field: in the body of a sign-in, that is. */
export const wrongPassword =
  /(invalid|incorrect|wrong|bad)[ _](login|user ?name|user|e-?mail|password|credentials)|(password|credentials) (is |are )?(incorrect|wrong|invalid)|do not match our records|unable to log ?in|no active account/

/** A scheme that the request should have come with. */
function asksForCredentials({ challenges }: Facts): string | undefined {
  return challenges.find(({ scheme }) => /^(bearer|dpop|basic|digest)$/i.test(scheme))?.scheme
}

/** Registries name in the realm who gives a token, for this one request, to whoever asks. */
function tokenService({ challenges, harmless }: Facts): { readonly fixes: readonly string[] } | undefined {
  const { realm = '' } = challenges.find(({ params }) => params.service)?.params ?? {}
  if (!/^https?:\/\//.test(realm)) return undefined
  return {
    fixes: [`Ask ${harmless(realm)} for a token, with \`service\` and \`scope\` of the challenge as its query; send that as Bearer.`],
  }
}

/** Where no token is asked for, none helps. */
function userAndPassword({ challenges }: Facts): { readonly fixes: readonly string[] } | undefined {
  if (!challenges.length || !challenges.every(({ scheme }) => /^(basic|digest)$/i.test(scheme))) return undefined
  return {
    fixes: [
      'Give the client user and password: `scheme: digest({ username, password })`, or `basic`.',
      'Where it has them: see that `algorithms` and `realm` of `digest` take this challenge.',
    ],
  }
}

const otherType = {
  fixes: ['Give the client the scheme of that type, such as `scheme: dpop()`: a token of a type that no scheme of it knows is never sent.'],
}

const noCertificate = {
  summary: 'The token is bound to a certificate of the client, and that, most likely, did not come with it.',
  fixes: [
    'Send it over a connection that presents the certificate with which it was issued (mutual TLS).',
    'Where a proxy ends TLS: see that it hands the certificate on.',
  ],
}

const cookieAlone = { summary: 'The request carried a cookie, and not the credentials that are asked for.' }

/** The app's own request has no credentials yet: the client adds them. */
function mayHaveSent({ token, scheme }: Facts): boolean {
  return token !== undefined || scheme !== ''
}

function mayHideCookies({ credentialsMode }: Facts): boolean {
  return credentialsMode === 'include' || credentialsMode === 'same-origin' // A browser shows no script its cookies.
}

export function isRefused({ status = 0 }: Facts): boolean {
  return [401, 403, 419, 440, 498].includes(status)
}

function withheldBecause(reason: string | undefined): string {
  if (reason === 'origin') return 'the request goes to another origin'
  return reason === 'caller' ? 'the caller set an Authorization header of its own' : 'the request goes to an endpoint that takes none'
}

/** Some servers take one all the same: what Laravel's Sanctum issues has a bar behind a number, what Salesforce does a `!` behind its organization. */
const strangeCharacter = [
  /^(bearer|dpop)\s+(?!(\d+\||00D\w{9,15}!)?[\w.~+/-]+=*$)/i,
  'The token holds a character that no token may hold (RFC 6750 §2.1).',
] as const

const flaws: readonly (readonly [RegExp, string])[] = [
  [/[\r\n]/, 'It holds a line break.'],
  [/^\s*$/, 'It is empty.'],
  [/^\S+:/, 'There is a colon behind the scheme.'],
  [/^(\w+) +\1\b/i, 'The scheme stands there twice.'],
  [/^(bearer|dpop|basic)\s*$/i, 'There is a scheme and no token behind it.'],
  [
    /^\S+ +(undefined|null|NaN|\[object \w+\])\s*$/,
    'In place of the token stands a value that a program printed: undefined, null or an object.',
  ],
  [/^\S+ +(\$\{?\w+\}?|<[^>]*>|\{\{.*\}\})\s*$/, 'In place of the token stands a placeholder.'],
  [/^(bearer|dpop)\s+["'“]/i, 'The token is in quotes.'],
  [/^(bearer)(?=eyJ|[\w-]{20,})\S+$/i, 'There is no space between the scheme and the token.'],
  [/^eyJ[\w-]+\.[\w-]+\.[\w-]*$/, 'There is a token and no scheme before it.'],
  [/^\s|\s$/, 'There are spaces around it.'],
  [/^(bearer|dpop)\s+\S+\s+\S/i, 'There is a space inside the token.'],
  [/^(bearer|dpop) {2,}/i, 'There is more than one space behind the scheme.'],
  strangeCharacter,
]
