import type { Challenge } from '../challenge/challenge'
import type { Facts } from './facts'
import { graphqlRule } from './graphql-rule'
import { textAt } from './jwt-parts'
import { type Rule, when } from './rule'
import { saysNotGood, saysRefused } from './said-of-credentials'
import { sendsNothing } from './sends-nothing'
import { speaksOfCredentials } from './speaks-of-credentials'
import { isOfTokenEndpoint } from './token-endpoint'
import { saysNoReason } from './token-facts'

/** Answers that do not say what they mean: another status, or the reason in the body. */
export const answerRules: readonly Rule[] = [
  {
    cause: 'forbidden-instead-of-unauthorized',
    party: 'resource server',
    summary: 'The server answers 403 where it should answer 401: the credentials are missing or refused.',
    fixes: [
      'On the server: answer 401 with a challenge unless the credentials are valid (RFC 9110 §15.5.4).',
      'In the client: recognize it with `isUnauthorized`.',
    ],
    find: (facts) => {
      const { status, error, words, hasRequest, quote } = facts
      if (status !== 403) return undefined
      const says = /expired|invalid token|not signed in|unauthenticated|not authenticated|jwt|no token|missing token/.test(words)
      return (
        when(error === 'invalid_token', 92, 'The 403 says invalid_token; RFC 6750 §3.1 wants 401.') ??
        when(says || saysRefused(facts), 76, quote) ??
        when(hasRequest && sendsNothing(facts), 48, 'No credentials were sent, and the answer is 403.')
      )
    },
  },
  {
    cause: 'unauthorized-instead-of-forbidden',
    party: 'resource server',
    summary: 'The server answers 401 where it should answer 403: the credentials are valid, but do not suffice.',
    fixes: ['On the server: answer 403 when neither a refresh nor a new sign-in would help (RFC 9110 §15.5.4).'],
    find: (facts) => {
      const { status, words, error, quote } = facts
      // Rails says “HTTP Token: Access denied.” of whoever it does not know.
      const saysForbidden =
        /forbidden|(?<!http (basic|token|digest): )access denied|not allowed|permission(?! to view this directory)|not authori[sz]ed to|role\b/.test(
          words,
        )
      // Who says that the token or the key is bad means that, whatever else is said.
      const blamesThem =
        saysNotGood(facts) ||
        error === 'invalid_token' ||
        /(missing|invalid|expired) ([\w-]+ )?(key|token|credentials)|(key|token|credentials) (is |has )?(missing|invalid|expired)/.test(
          words,
        )
      return when(status === 401 && saysForbidden && !blamesThem && !/^insufficient_/.test(error), 70, quote)
    },
  },
  {
    cause: 'login-page',
    party: 'resource server',
    summary: 'The server answers with a sign-in page for people, not with a 401 for programs.',
    fixes: [
      'On the server: answer 401 to requests that accept JSON.',
      'In the client: send `Accept: application/json`, or recognize it with `isUnauthorized`.',
    ],
    find: ({ status = 0, answered, sent, html, challenges }) => {
      const signIn = pageToSignIn.test(answered('location'))
      return (
        when([302, 303, 307].includes(status) && signIn, 80, `It redirects (${status}) to a sign-in page.`) ??
        when(
          (status === 200 || status === 203) && html && !/text\/html/i.test(sent('accept')),
          50,
          `The status is ${status}, and the body is HTML.`,
        ) ??
        when(status === 401 && html && !challenges.some(namesReason), 44, 'The status is 401, and the body is HTML.')
      )
    },
  },
  graphqlRule,
  {
    cause: 'unusual-status',
    party: 'resource server',
    summary: 'The server refuses the credentials with another status than 401.',
    fixes: ['On the server: answer 401 with a challenge.', 'In the client: recognize it with `isUnauthorized`.'],
    find: (facts) => when(speaksOfCredentials(facts) && !isOfTokenEndpoint(facts), 57, [`The status is ${facts.status}.`, facts.quote]),
  },
  {
    cause: 'problem-body',
    party: 'resource server',
    summary: 'The server gives the reason only in the body, where clients do not look.',
    fixes: [
      'On the server: say it in `WWW-Authenticate` too: `Bearer error="invalid_token"`.',
      'In the client: recognize it with `isUnauthorized`.',
    ],
    find: (facts) => {
      const { status, json, challenges, quote } = facts
      const kind = /problem\+json/i.test(facts.answered('content-type')) ? 'a problem document (RFC 9457)' : 'JSON'
      const uri = textAt(json, 'error_uri') ?? textAt(json, 'type')
      const evidence = [`The body is ${kind}, and no challenge names an error.`, quote, ...link(uri, facts)]
      const instead = saysNotGood(facts) && challenges.length ? notTaken : undefined // Else the rule below says it.
      const weight = kind !== 'JSON' || uri || !saysNoReason(facts) ? 46 : 30 // “Unauthorized” is no reason.
      return when(status === 401 && json && !challenges.some(({ params }) => params.error), weight, evidence, instead)
    },
  },
  {
    cause: 'challenge-missing',
    party: 'resource server',
    summary: 'The 401 has no WWW-Authenticate header: it does not say which credentials the server wants.',
    fixes: [
      'On the server: send `WWW-Authenticate` with every 401 (RFC 9110 §15.5.2).',
      'Check that the credentials are complete, current, and for this API.',
    ],
    find: (facts) =>
      when(
        isSilent(facts) && !facts.answered('www-authenticate').trim(),
        facts.hasResponse ? 49 : 40,
        ['No WWW-Authenticate header can be seen.', facts.quote],
        saysNotGood(facts) ? notTaken : undefined,
      ),
  },
  {
    cause: 'challenge-malformed',
    party: 'resource server',
    summary: 'The challenge is malformed: no client can tell what the server wants.',
    fixes: ['On the server: put commas between parameters, and quotes around values: `Bearer error="invalid_token"`.'],
    find: ({ status, answered, challenges }) => {
      const errors = challenges.map(({ params }) => params.error ?? '')
      const unreadable = answered('www-authenticate').trim() && !challenges.length
      return (
        when(status === 401 && unreadable, 70, 'There is a WWW-Authenticate header, but no challenge can be read from it.') ??
        when(errors.some(isNoCode), 70, 'Its `error` holds characters that RFC 6750 §3 does not allow.')
      )
    },
  },
]

/** What a caller can do where the server says that they are not good, and not why. */
const notTaken = {
  party: 'client',
  summary: 'The server refuses the credentials: they are wrong, expired or revoked.',
  fixes: [
    'Compare their first and last characters with what was issued for this server. Otherwise sign in again.',
    'On the server: say it in `WWW-Authenticate` too: `Bearer error="invalid_token"`.',
  ],
} as const

/** Whole words, but for those that few others hold: authors and associates sign nobody in. */
const pageToSignIn =
  /log[io]n|signin(?!g)|(^|[^a-z])(log[-_][io]n|sign[-_]in|sso|saml2?|openid|oauth2?|auth\d?|authori[sz]e|authenticate)([^a-z]|$)/i

function isSilent({ status, challenges, hasResponse, event }: Facts): boolean {
  return status === 401 && !challenges.length && (hasResponse || event?.type === 'response')
}

/** By an error; or it wants user and password, for which a browser asks by itself. */
function namesReason({ scheme, params }: Challenge): boolean {
  return params.error !== undefined || /^(basic|digest)$/i.test(scheme)
}

function isNoCode(error: string): boolean {
  return /^'|["\\]|[^ -~]/.test(error)
}

function link(uri: string | undefined, { harmless }: Facts): readonly string[] {
  return uri && /^https:\/\//.test(uri) ? [`It links to ${harmless(uri.replace(/[?#][\s\S]*/, ''))}.`] : []
}
