import { isScheme } from '../challenge/challenge'
import type { Facts } from './facts'
import { policyRule } from './policy-rule'
import { type Rule, when } from './rule'
import { saysNoneCame, saysNotAllowed, saysRefused } from './said-of-credentials'
import { sendsNothing } from './sends-nothing'
import { isOfTokenEndpoint } from './token-endpoint'

/** What the error of a challenge says. */
export const challengeRules: readonly Rule[] = [
  {
    cause: 'insufficient-scope',
    party: 'client',
    summary: 'The token is valid, but its scope is too narrow for this request.',
    fixes: [
      'Ask for the missing scope when the user signs in, or get it in `onStepUp`.',
      'A refresh does not help: the new token has the same scope.',
    ],
    find: (facts) => {
      const { error, token, status, words, quote } = facts
      // Kubernetes saw no token; and of what was not sent, nothing is too narrow.
      const anonymous = words.includes('system:anonymous') || (facts.hasRequest && token === undefined && sendsNothing(facts))
      const evidence = scopesWantedAndHeld(facts)
      return (
        when(error === 'insufficient_scope', 95, ['The challenge says insufficient_scope.', ...evidence]) ??
        when(/row-level security/.test(words) && !anonymous, 78, quote, rowLevelSecurity) ??
        when(/(\b|_)scopes?\b/.test(words) && !anonymous, 72, [quote, ...evidence]) ??
        when(
          (saysNotAllowed(facts) || facts.answered('grpc-status') === '7' || (status !== 401 && mayNot.test(words))) && !anonymous,
          72,
          [quote, ...evidence],
          facts.hasRequest && !token ? notAllowed : missesSomething,
        ) ??
        when(
          status === 403 && token !== undefined && !anonymous && !saysRefused(facts),
          42,
          ['The status is 403: the server took the credentials, but does not allow this.', quote, ...evidence],
          missesSomething,
        )
      )
    },
  },
  {
    cause: 'step-up-required',
    party: 'client',
    summary: 'The API wants a more recent or a stronger sign-in of the user.',
    fixes: ['In `onStepUp`: send the user to the authorization server with the `acr_values` and `max_age` of the challenge (RFC 9470).'],
    find: ({ error, challenges, harmless, status, words, quote }) => {
      // What npm says in a challenge, Gitea and others in words; at a token endpoint it is another's matter.
      const otp = challenges.some((challenge) => isScheme(challenge, 'otp'))
      const says = /one-time pass|\botp\b|two[ -]?factor|multi-?factor|(\b|_)mfa(\b|_)|\b2fa\b/.test(words)
      if ((status === 401 || status === 403) && (otp || says))
        return when(true, otp ? 93 : 84, quote || 'The challenge says OTP.', secondFactor)
      const { acr_values: acr, max_age: age } = challenges.find(({ params }) => params.error)?.params ?? {}
      const evidence = [`The challenge says ${harmless(error)}.`]
      if (acr) evidence.push(`It wants acr_values ${harmless(acr)}.`)
      if (age) evidence.push(`It wants a sign-in within the last ${harmless(age)} seconds.`)
      return when(error === 'insufficient_user_authentication', 96, evidence)
    },
  },
  policyRule,
  {
    cause: 'invalid-request',
    party: 'client',
    summary: 'The server could not read the request: a parameter is missing, or the token was sent in two places.',
    fixes: ['Send the token once: in the Authorization header.', 'A new token does not help.'],
    find: (facts) => {
      const { error, status, authorization, url, challenges, quote } = facts
      if (isOfTokenEndpoint(facts)) return undefined
      const challenged = challenges.some(({ params }) => params.error)
      const evidence = [`The ${challenged ? 'challenge' : 'answer'} says invalid_request.`, quote]
      if (status !== 400 && challenged) evidence.push(`It came as ${status ?? 'another status'}; RFC 6750 §3.1 wants 400.`)
      if (authorization && /[?&]access_token=/.test(url)) evidence.push('One token is in the header, and one in the query.')
      if (/only one auth mechanism/.test(facts.words)) return when(true, 86, quote, twoMechanisms)
      const unseen = authorization !== undefined && saysNoneCame(facts) // Then it was lost on the way.
      return when(error === 'invalid_request', unseen ? 55 : 92, evidence, challenged || authorization ? undefined : missesParameter)
    },
  },
  {
    cause: 'dpop-nonce',
    party: 'client',
    summary: 'The server wants its own nonce in the DPoP proof.',
    fixes: [
      'Send the request again with the nonce of this answer; the `dpop` scheme of this package does so.',
      'For a browser, the server has to expose `DPoP-Nonce`.',
    ],
    find: ({ error, answered, hasResponse }) => {
      const given = answered('dpop-nonce') ? 'A DPoP-Nonce came with it.' : 'No DPoP-Nonce can be seen: the client cannot answer.'
      return when(
        error === 'use_dpop_nonce',
        96,
        hasResponse ? ['The challenge says use_dpop_nonce.', given] : 'The challenge says use_dpop_nonce.',
      )
    },
  },
  {
    cause: 'dpop-proof',
    party: 'client',
    summary: 'The DPoP proof is missing, or the server refused it.',
    fixes: [
      'Sign a new proof for each request, with exactly its method and URL (behind a proxy: the public URL).',
      'Check the clock of this machine: a proof is valid for seconds.',
      'Send a token that is bound to a key as `DPoP`, never as `Bearer`.',
    ],
    find: ({ error, words, quote, jwt, scheme, sent, hasRequest, status }) => {
      const bound = (Object(jwt?.claims.cnf) as { jkt?: unknown }).jkt !== undefined
      const refused = status === 401 && error !== 'use_dpop_nonce'
      return (
        when(error === 'invalid_dpop_proof', 95, ['The challenge says invalid_dpop_proof.', quote]) ??
        when(refused && hasRequest && scheme === 'dpop' && !sent('dpop'), 92, 'The scheme is DPoP, but there is no DPoP header.') ??
        when(refused && bound && scheme === 'bearer', 91, 'The token is bound to a key (cnf.jkt), but was sent as Bearer.') ??
        when(/dpop/.test(words) && refused, 78, quote)
      )
    },
  },
  {
    cause: 'contradictory-challenge',
    party: 'resource server',
    summary: 'The challenge contradicts itself: no client can act on it.',
    fixes: ['On the server: send each parameter once (RFC 9110 §11.2).'],
    find: ({ challenges }) =>
      when(
        challenges.some(({ conflict }) => conflict),
        98,
        'A parameter such as `error` or `scope` occurs twice, with different values.',
      ),
  },
]

function scopesWantedAndHeld({ challenges, jwt, status, harmless }: Facts): readonly string[] {
  const wanted = challenges.find(({ params }) => params.scope)?.params.scope
  const held = jwt?.claims.scope ?? jwt?.claims.scp
  return [
    ...(wanted ? [`The API wants the scope ${harmless(wanted)}.`] : []),
    ...(held === undefined ? [] : [`The token has the scope ${harmless([held].flat().join(' '))}.`]),
    ...(status === 401 ? ['It came as 401; RFC 6750 §3.1 wants 403.'] : []),
  ]
}

const mayNot = /n[o’']t (allowed|permitted|authori[sz]ed) to\b/

const secondFactor = {
  summary: 'The credentials are valid, but the server wants a second factor: a one-time password.',
  fixes: [
    'Send the one-time password in the header that the API’s documentation names.',
    'In a program: use a token that needs no second factor.',
  ],
}

const missesParameter = {
  summary: 'The server could not read the request: a parameter is missing.',
  fixes: ['Compare the parameters with the API’s documentation; a token endpoint takes a form, not JSON.', 'A new token does not help.'],
}

/** S3, of a URL that is signed. */
const twoMechanisms = {
  summary: 'The URL is signed, and an Authorization header came with it: the server takes one of them.',
  fixes: ['Send no Authorization header to a URL that is signed: call it with the global `fetch`.'],
}

const notAllowed = {
  summary: 'The credentials are valid, but not allowed to do this.',
  fixes: ['Ask whoever runs the API which role or permission is needed.', 'A refresh does not help.'],
}

/** A scope is the least of it: GitHub and Google say 403 of rights of an app, of roles, and of APIs that are not switched on. */
const missesSomething = {
  summary: 'The token is valid, but not allowed to do this: a scope, a role or a permission is missing.',
  fixes: [
    'Ask whoever runs the API which scope, role or permission is needed.',
    'If it is a scope: ask for it when the user signs in, or get it in `onStepUp`.',
  ],
}

const rowLevelSecurity = {
  summary: 'The row-level security of the database does not let this user do this.',
  fixes: ['Compare the policies of the table with the role and the `sub` of the token.', 'A refresh does not help.'],
}
