import type { Facts } from './facts'
import { harmless } from './harmless'
import { type Finding, type Rule, when } from './rule'
import { isSignIn, saysRefreshTokenRefused } from './token-endpoint'

/** Why no newer token came. From the client's `refresh-ended`, or from the token endpoint's own answer. */
export const refreshRules: readonly Rule[] = [
  {
    cause: 'refresh-token-rejected',
    party: 'authorization server',
    summary: 'The refresh token is not taken any more: the session is over.',
    fixes: [
      'Sign in again.',
      'If it happens soon after a refresh: two clients used one refresh token, and rotation revoked both. Share a store and a lock.',
    ],
    find: (facts) =>
      // Which grant it was, only the client knows, and sometimes the words tell.
      (isRefresh(facts)
        ? saysError(facts, refused, 95)
        : saysError(facts, refused, 88, anotherGrant.test(facts.words) ? notRefreshed : undefined)) ??
      saysError(facts, /^inactive_(user|org)$/, 94, notActive) ??
      when(saysRefreshTokenRefused(facts), 86, facts.quote ?? '') ??
      when(facts.event?.type === 'refresh-ended' && facts.event.outcome === 'rejected', 93, 'The refresh was rejected.') ??
      when(facts.event?.reason === 'no refresh token', 90, 'There is no refresh token.', noneHeld),
  },
  {
    cause: 'client-rejected',
    party: 'client',
    summary: 'The authorization server does not take this client: its secret was changed, most likely.',
    fixes: [
      'Compare client id and secret with the registration; a changed secret has to be deployed.',
      'See that the way of client authentication is the registered one.',
    ],
    find: (facts) =>
      saysError(facts, /^(invalid_client(_id)?|incorrect_client_credentials)$/, 94) ??
      when(facts.status === 400 && /secret[ _]hash/.test(facts.words), 86, facts.quote ?? '') ?? // Cognito's words.
      // Entra's words; its code is invalid_request.
      (/client-type/.test(saidOf(facts)) ? saysError(facts, /^invalid_request$/, 96, otherPlatform) : undefined) ??
      // Auth0's for a wrong secret; others say it of a user who declines.
      (isSignIn(facts) && facts.status === 401 ? saysError(facts, /^access_denied$/, 94) : undefined) ??
      // RFC 6749 §5.2; Keycloak says it of a wrong secret as well.
      saysError(facts, /^unauthorized_client$/, 94, /secret|\bcredentials/.test(saidOf(facts)) ? undefined : mayNot),
  },
  {
    cause: 'refresh-misconfigured',
    party: 'client',
    summary: 'The token endpoint does not take the request as it is made.',
    fixes: ['Compare grant, scope, resource and endpoint with what the authorization server allows this client.'],
    find: (facts) =>
      saysError(facts, /^(invalid_scope|invalid_target|unsupported_grant_type)$/, 93) ??
      (/aadsts/.test(saidOf(facts)) ? saysError(facts, /^invalid_resource$/, 93) : undefined) ??
      when(noOutage.test(saidOfIt(facts)), 75, saidOfIt(facts), noTokenEndpoint.test(saidOfIt(facts)) ? elsewhere : ownWords) ??
      when(facts.event?.type === 'refresh-ended' && facts.event.outcome === 'misconfigured', 75, 'The refresh failed as misconfigured.'),
  },
  {
    cause: 'interaction-required',
    party: 'authorization server',
    summary: 'The authorization server wants the user: no refresh can do without.',
    fixes: ['Send the user to sign in.'],
    find: (facts) =>
      saysError(facts, /^(interaction|login|consent|account_selection|mfa)_required$/, 95) ??
      // Entra, Keycloak and Google say invalid_grant of it, and more in the words.
      (wantsUser.test(saidOf(facts)) ? saysError(facts, /^invalid_grant$/, 96) : undefined),
  },
  {
    cause: 'refresh-unavailable',
    party: 'authorization server',
    summary: 'The authorization server could not be reached, or asks to wait.',
    fixes: ['Wait: the session is kept, and the client tries again.', 'See whether the token endpoint is up.'],
    find: (facts) =>
      saysError(facts, /^(temporarily_unavailable|server_error|slow_down)$/, 92) ??
      when(facts.event?.type === 'refresh-ended' && facts.event.outcome === 'unavailable', noOutage.test(saidOfIt(facts)) ? 55 : 92, [
        'The refresh came out as unavailable.',
        saidOfIt(facts),
      ]) ??
      when(facts.event?.reason === 'cooling down', 80, 'The client does not refresh now: it is cooling down.') ??
      when(facts.event?.reason === 'budget spent', 70, 'The client does not refresh now: the budget is spent.', refusedAgain),
  },
]

function saysError(facts: Facts, pattern: RegExp, weight: number, instead?: Finding['instead']): Finding | undefined {
  const { refreshError, error, status = 0, words, quote, harmless } = facts
  // GitHub refuses with 200.
  const name = refreshError || (status >= 400 || /^(bad|incorrect)_/.test(error) ? error : '')
  const description = descriptionOf(facts)
  const said = description ? `It says: “${harmless(description)}”` : words === name ? undefined : quote
  return when(pattern.test(name), weight, [`The token endpoint says ${harmless(name)}.`, said ?? ''], instead)
}

/** What the token endpoint said to the client. */
function descriptionOf({ event }: Facts): string {
  const { errorDescription, cause } = Object(event?.error) as { errorDescription?: unknown; cause?: unknown }
  const text = errorDescription ?? (Object(cause) as { errorDescription?: unknown }).errorDescription
  return typeof text === 'string' ? text : ''
}

function saidOf(facts: Facts): string {
  return facts.words + descriptionOf(facts).toLowerCase()
}

/** What this package says of a refresh that failed; another's message may hold anything. */
function saidOfIt({ event }: Facts): string {
  const { code, message } = Object(event?.error) as { code?: unknown; message?: unknown }
  return code === 'ERR_REFRESH_UNAVAILABLE' && typeof message === 'string' ? `${harmless(message)}.` : ''
}

/** Messages of ours about answers that waiting does not mend; 408, 425 and 429 ask to wait, and so do some codes. */
const noOutage = /answered (200|4(?!08|25|29)\d\d)(?! (temporarily_unavailable|server_error|slow_down)\b)|redirect/

const noTokenEndpoint = /answered (200|40[45])|redirect/

const elsewhere = {
  summary: 'What answers there is no token endpoint, most likely.',
  fixes: [
    'Compare `tokenEndpoint` (of a cookie session: `url`) with what the authorization server names in its metadata.',
    'See that no gateway or web app answers in its place.',
  ],
}

const ownWords = {
  summary: 'The authorization server refuses, and not in words of RFC 6749: the session is kept, as in an outage.',
  fixes: ['Look what it says. If that the refresh token is no longer good: tell the client, by `refreshTokenGrant({ isRejected })`.'],
}

function isRefresh({ event, words }: Facts): boolean {
  // What Entra advises of a code that was redeemed before.
  return event?.type === 'refresh-ended' || /refresh[ _]?token|session/.test(words.replace('use an existing refresh token', ''))
}

const wantsUser = /multi-?factor|not consented|interactive authorization|user interaction|conditional access|not fully set up|\breauth\b/

const noneHeld = {
  party: 'client',
  summary: 'There is no refresh token to get a new access token with.',
  fixes: ['Sign in again.', 'Ask for a refresh token when the user signs in: at many servers by the scope `offline_access`.'],
} as const

/** `refreshBudget` counts refreshes that went well. */
const refusedAgain = {
  party: 'resource server',
  summary: 'The API refuses tokens that were just refreshed, again and again.',
  fixes: ['Look at what the API checks: audience, issuer, keys, clock. A new token does not help.'],
} as const

/** By OAuth's word, and GitHub's. */
const refused = /^(invalid_grant|bad_(refresh_token|verification_code))$/

const notActive = {
  summary: 'The account of the user, or of the organization, is not active: no token is issued for it.',
  fixes: ['Ask who runs the authorization server about the account.', 'A new sign-in of the same user does not help.'],
}

const anotherGrant =
  /code passed|auth(ori[sz]ation)? code|^code |pkce|verifier|redirect_?uri|assertion|(user ?name|email) (or|and) password|wrong (email|password)|user credentials/

const notRefreshed = {
  summary: 'The token endpoint does not take the grant: a code, a password or an assertion, by its words.',
  fixes: [
    'A code works once, for a minute or so, with the `redirect_uri` and the `code_verifier` of its request: begin the sign-in again.',
    'Of a password or an assertion: compare it with what the server knows.',
  ],
  party: 'client',
} as const

const mayNot = {
  summary: 'The authorization server does not allow this client the grant, or does not take its secret.',
  fixes: ['Allow the grant type in the registration of the client.', 'Compare client id and secret with the registration.'],
}

const otherPlatform = {
  summary: 'The client is registered for another platform: a browser may not redeem its tokens, or only a browser may.',
  fixes: ['Register its redirect URI as that of a single-page application if it runs in a browser, else as web or as mobile and desktop.'],
}
