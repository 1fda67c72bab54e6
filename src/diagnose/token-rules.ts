import { accountGone, noAccount } from './account'
import { harmlessName } from './harmless'
import { inWords } from './in-words'
import { jweHeader } from './jwt-parts'
import { type Rule, when } from './rule'
import { signatureRule, unreadable } from './signature-rule'
import { claimsRefusal, namesSeveral, saysNoReason, saysNotActive, saysOfToken, timeOf } from './token-facts'

/** What the token itself says besides its times, and what the server says of it. */
export const tokenRules: readonly Rule[] = [
  {
    cause: 'unsigned-token',
    party: 'client',
    summary: 'The token is not signed (`alg: none`), and no API may accept it.',
    fixes: ['Send a token that the authorization server issued.'],
    find: (facts) => when(/^none$/i.test(String(facts.jwt?.header.alg)) && claimsRefusal(facts), 93, 'Its header says alg: none.'),
  },
  {
    cause: 'wrong-audience',
    party: 'client',
    summary: 'The token was issued for another API.',
    fixes: [
      'Ask the authorization server for a token for this API (`audience` or `resource`, RFC 8707).',
      'Compare `aud` with the name that the API checks: a trailing slash counts.',
    ],
    find: (facts) => {
      const { jwt, expected, words, quote, token } = facts
      const audience = [jwt?.claims.aud].flat().filter((name) => typeof name === 'string')
      const own = `Its aud is ${audience.map(harmlessName).join(', ') || 'absent'}.`
      const wrong = jwt && expected.audience !== undefined && !audience.includes(expected.audience)
      return (
        when(wrong, 94, `${own} The API expects ${expected.audience}.`) ??
        when(namesAudience.test(words.replace(ofMarketing, '')), 84, jwt ? [quote, own] : quote) ??
        when(
          jweHeader(token) && claimsRefusal(facts),
          unreadable.test(words) ? 82 : 62,
          ['It is encrypted (JWE): only the API that it was issued for can read it.', quote],
          forNobody,
        )
      )
    },
  },
  {
    cause: 'wrong-issuer',
    party: 'client',
    summary: 'The token comes from an authorization server that the API does not trust.',
    fixes: ['Compare `iss` with the name that the API checks: a trailing slash counts.', 'Do not mix tokens of staging and of production.'],
    find: ({ jwt, expected, words, quote }) => {
      const own = `Its iss is ${harmlessName(jwt?.claims.iss ?? 'absent')}.`
      const wrong = jwt && expected.issuer !== undefined && jwt.claims.iss !== expected.issuer
      return (
        when(wrong, 94, `${own} The API trusts ${expected.issuer}.`) ??
        when(/\biss\b(?!=)|issuer/.test(words), 84, jwt ? [quote, own] : quote)
      )
    },
  },
  {
    cause: 'unknown-key',
    party: 'resource server',
    summary: 'The API does not know the key that the token was signed with.',
    fixes: [
      'Let the API fetch the JWKS again when it meets an unknown `kid`.',
      'Publish a new key before you sign the first token with it.',
    ],
    find: ({ jwt, words, quote }) => {
      const kid = jwt?.header.kid
      const evidence = typeof kid === 'string' ? [quote, `Its kid is ${harmlessName(kid)}.`] : [quote]
      const named =
        /\bkid\b|jwks?\b|json web key set|(no|any) (matching|applicable|suitable) key|unknown key|signing key|key (was )?not found/
      const unread =
        /(retrieve|fetch|obtain|load) .{0,20}(jwks?|keys|configuration)\b|discovery endpoint|jwks remote fetch|public key callback: (?!.*signing key)/
      return when(unread.test(words), 86, quote, outOfReach) ?? when(named.test(words), 84, evidence)
    },
  },
  signatureRule,
  {
    cause: 'token-revoked',
    party: 'authorization server',
    summary: 'The token was revoked before it expired.',
    fixes: ['Refresh it, or sign in again.', 'Look for a sign-out or a changed password.'],
    find: (facts) => {
      const { words, quote, expiresAt, error, challenges } = facts
      const time = timeOf(facts)
      const isUndated = expiresAt === undefined || time === undefined
      const alive = !isUndated && time < expiresAt
      const left = alive ? [`By its exp, it has ${inWords(expiresAt - time)} left.`] : []
      const described = challenges.some(({ params }) => params.error_description)
      const silent = saysNoReason(facts)
      return (
        when(namesSeveral(facts), alive ? 62 : 58, [quote, ...left]) ??
        when(
          /revoked|session has been invalidated|session not found|\bsession .{0,40}does not exist|signed out|logged out|blacklist|denylist/.test(
            words,
          ),
          86,
          [quote, ...left],
        ) ??
        when(accountGone.test(words), 86, quote, noAccount) ??
        when(saysNotActive(facts), alive && !words.includes('stale') ? 86 : 58, [quote, ...left]) ??
        when(alive && error === 'invalid_token' && silent, 62, ['The server says invalid_token, but not why.', ...left]) ??
        when(alive && error === 'invalid_token' && !described, 35, [quote, ...left]) ??
        when(error === 'invalid_token' && isUndated, 35, 'The server says invalid_token, but not why.') ??
        when((alive || isUndated) && saysOfToken(facts), 43, [quote, ...left])
      )
    },
  },
  {
    cause: 'id-token-sent',
    party: 'client',
    summary: 'The token that was sent looks like an ID token: it says who signed in, but opens no API.',
    fixes: ['Send the access token instead.'],
    find: (facts) => {
      const { header, claims } = facts.jwt ?? {}
      const signs = ['nonce', 'at_hash', 'c_hash'].filter((name) => claims?.[name] !== undefined)
      const access = /at\+jwt/i.test(String(header?.typ)) || claims?.scope !== undefined || claims?.scp !== undefined
      return when(claimsRefusal(facts) && signs.length > 0 && !access, 70, `It has ${signs.join(' and ')}, but no scope.`)
    },
  },
]

const namesAudience = /\baud\b|audience|resource id\b|not issued for this resource/
/** Whom a campaign is for. */
const ofMarketing =
  /(view|see|edit|use|manage|share|create|update|delete|access|access to) (this|that|the|an?|your) audience|(custom|saved|lookalike) audience/g

const forNobody = {
  summary: 'The token is encrypted, and not for this API.',
  fixes: ['Ask the authorization server for a token for this API (`audience` at Auth0, otherwise `resource`, RFC 8707).'],
}

const outOfReach = {
  summary: 'The API cannot get the keys of the authorization server, so it cannot check any token.',
  fixes: ['Check that the API can reach the discovery document and the JWKS.', 'A new token does not help.'],
}
