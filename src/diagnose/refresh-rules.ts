import { noAccount } from './account'
import type { Facts } from './facts'
import { insteadOf, noOutage, saidOfIt } from './refresh-message'
import { type Finding, type Rule, when } from './rule'
import { saysNoneCame } from './said-of-credentials'
import { isOfApi, isRenewal, isSignIn, mayBeOfApi, saysRefreshTokenRefused } from './token-endpoint'

/** Why no newer token came. From the client's `refresh-ended`, or from the token endpoint's own answer. */
export const refreshRules: readonly Rule[] = [
  {
    cause: 'refresh-token-rejected',
    party: 'authorization server',
    summary: 'The authorization server no longer accepts the refresh token: the session is over.',
    fixes: [
      'Sign in again.',
      'If it happens soon after a refresh: two clients probably used one refresh token. Let them share a store and a lock.',
    ],
    find: (facts) =>
      refusedGrant(facts) ??
      saysError(facts, /^inactive_(user|org)$/, 94, noAccount) ??
      when(saysRefreshTokenRefused(facts), 86, facts.quote) ??
      when(isRefusedRenewal(facts), 69, ['By its URL, this renews a session.', facts.quote]) ??
      when(facts.event?.type === 'refresh-ended' && facts.event.outcome === 'rejected', 93, 'The refresh was rejected.') ??
      when(facts.event?.reason === 'no refresh token', 90, 'There is no refresh token.', noneHeld),
  },
  {
    cause: 'client-rejected',
    party: 'client',
    summary: 'The authorization server does not accept this client: its secret was probably changed.',
    fixes: [
      'Compare client id and secret with the registration; if the secret was changed, deploy the new one.',
      'Check that the client authenticates with the method it is registered for.',
    ],
    find: (facts) =>
      saysError(facts, /^(invalid_client(_id)?|incorrect_client_credentials)$/, 94) ??
      // Cognito's words; Twitch's and Plaid's, which name no error of OAuth.
      when((facts.status ?? 0) >= 400 && /secret[ _]hash|invalid client[ _](secret|id or secret)/.test(facts.words), 86, facts.quote) ??
      // Entra's words; its code is invalid_request.
      (/client-type/.test(saidOf(facts)) ? saysError(facts, /^invalid_request$/, 96, otherPlatform) : undefined) ??
      // Auth0's for a wrong secret; others say it of a user who declines.
      (isSignIn(facts) && facts.status === 401 ? saysError(facts, /^access_denied$/, 94) : undefined) ??
      // Okta's: none of its access policies takes client, grant, scope and user together.
      (/policy evaluation failed/.test(saidOf(facts)) ? saysError(facts, /^access_denied$/, 94, noPolicy) : undefined) ??
      (/client is not authorized to access/.test(saidOf(facts)) ? saysError(facts, /^access_denied$/, 94, notForApi) : undefined) ??
      // RFC 6749 §5.2; Keycloak says it of a wrong secret as well.
      saysError(facts, /^unauthorized_client$/, 94, /secret|\bcredentials/.test(saidOf(facts)) ? undefined : mayNot),
  },
  {
    cause: 'refresh-misconfigured',
    party: 'client',
    summary: 'The token endpoint does not accept the request as the client makes it.',
    fixes: ['Compare grant, scope, resource and endpoint with the registration.'],
    find: (facts) =>
      saysError(facts, /^(invalid_scope|invalid_target|unsupported_grant_type)$/, 93) ??
      (isMisconfigured(facts) ? saysError(facts, refused, 95, notTaken) : undefined) ??
      // Auth0's words, of an `audience`.
      (/service not found: /.test(saidOf(facts)) ? saysError(facts, /^(access_denied|invalid_request)$/, 95) : undefined) ??
      (/aadsts/.test(saidOf(facts)) ? saysError(facts, /^invalid_resource$/, 93) : undefined) ??
      when(noOutage.test(saidOfIt(facts)), 75, saidOfIt(facts), insteadOf(saidOfIt(facts))) ??
      when(isMisconfigured(facts), 75, 'The refresh ended as misconfigured.'),
  },
  {
    cause: 'interaction-required',
    party: 'authorization server',
    summary: 'The authorization server wants the user to sign in: a refresh is not enough.',
    fixes: ['Send the user to the sign-in of the authorization server.'],
    find: (facts) =>
      saysError(facts, /^(interaction|login|consent|account_selection|mfa)_required$/, 95) ??
      // Entra, Keycloak and Google say invalid_grant of it, and more in the words.
      (wantsUser.test(saidOf(facts)) ? saysError(facts, /^invalid_grant$/, 96) : undefined),
  },
  {
    cause: 'refresh-unavailable',
    party: 'authorization server',
    summary: 'The authorization server could not be reached, or asks the client to wait.',
    fixes: ['Wait: the client keeps the session and tries again.', 'Check that the token endpoint is up.'],
    find: (facts) =>
      saysError(facts, /^(temporarily_unavailable|server_error|slow_down)$/, 92) ??
      when(facts.event?.type === 'refresh-ended' && facts.event.outcome === 'unavailable', noOutage.test(saidOfIt(facts)) ? 55 : 92, [
        'The refresh ended as unavailable.',
        saidOfIt(facts),
      ]) ??
      when(facts.event?.reason === 'cooling down', 80, 'The client is cooling down after a refresh that failed.') ??
      when(facts.event?.reason === 'budget spent', 70, 'The client’s refresh budget is spent.', refusedAgain),
  },
]

function saysError(facts: Facts, pattern: RegExp, weight: number, instead?: Finding['instead']): Finding | undefined {
  const { refreshError, error, status = 0, words, quote, harmless } = facts
  // GitHub refuses with 200.
  const name = refreshError || (status >= 400 || /^(bad|incorrect)_/.test(error) ? error : '')
  const description = descriptionOf(facts)
  if (!refreshError && isOfApi(facts, name)) return undefined
  const said = description ? `It says: “${harmless(description)}”` : words === name ? '' : quote
  const unsure = !refreshError && mayBeOfApi(facts, name)
  return when(pattern.test(name), unsure ? 75 : weight, [`The token endpoint says ${harmless(name)}.`, said], instead)
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

/** Which grant it was, only the client knows, and sometimes the words tell. */
function refusedGrant(facts: Facts): Finding | undefined {
  if (isMisconfigured(facts)) return undefined
  if (isRefresh(facts)) return saysError(facts, refused, 95)
  return saysError(facts, refused, 88, anotherGrant.test(facts.words) ? notRefreshed : undefined)
}

/** Other codes of OAuth say more. */
function isRefusedRenewal(facts: Facts): boolean {
  return isRenewal(facts) && facts.status === 401 && !/^invalid_(?!token)/.test(facts.error) && !saysNoneCame(facts)
}

function isRefresh({ event, words }: Facts): boolean {
  // What Entra advises of a code that was redeemed before.
  return event?.type === 'refresh-ended' || /refresh[ _]?token|session/.test(words.replace('use an existing refresh token', ''))
}

/** With `invalid_grant`: of a grant that starts from nothing, such as a token exchange, whose refusal ends no session. */
function isMisconfigured({ event }: Facts): boolean {
  return event?.type === 'refresh-ended' && event.outcome === 'misconfigured'
}

const wantsUser = /multi-?factor|not consented|interactive authorization|user interaction|conditional access|not fully set up|\breauth\b/

const noneHeld = {
  party: 'client',
  summary: 'The client has no refresh token to get a new access token with.',
  fixes: ['Sign in again.', 'Ask for a refresh token when the user signs in (scope `offline_access`).'],
} as const

/** `refreshBudget` counts refreshes that went well. */
const refusedAgain = {
  party: 'resource server',
  summary: 'The API keeps refusing tokens that were just refreshed.',
  fixes: ['Look at what the API checks: audience, issuer, keys and clock. A new token does not help.'],
} as const

/** By OAuth's word, and GitHub's. */
const refused = /^(invalid_grant|bad_(refresh_token|verification_code))$/

const anotherGrant =
  /code passed|auth(ori[sz]ation)? code|^code |pkce|verifier|redirect_?uri|assertion|(user ?name|email) (or|and) password|wrong (email|password)|user credentials/

const notRefreshed = {
  summary: 'The token endpoint does not accept the grant: by its words, a code, a password or an assertion.',
  fixes: [
    'If it is a code: sign in again. It works once, with the `redirect_uri` and `code_verifier` of its request.',
    'If it is a password or an assertion: compare it with what the server knows.',
  ],
  party: 'client',
} as const

const notTaken = {
  summary: 'The authorization server does not accept what the grant presents: an assertion, or a token to exchange.',
  fixes: [
    'Check that it has not expired, was not used before, and is for this server.',
    'If another client gives it: see whether anybody is signed in there.',
  ],
}

const mayNot = {
  summary: 'The authorization server does not allow this client the grant, or does not accept its secret.',
  fixes: ['Allow the grant type in the registration of the client.', 'Compare client id and secret with the registration.'],
}

const notForApi = {
  summary: 'The authorization server does not allow this client the API that it asks for.',
  fixes: ['Allow it the API where both are registered (at Auth0: a client grant).', 'Compare `audience` with the name of the API there.'],
}

const noPolicy = {
  summary: 'No access policy of the authorization server allows this client what it asks for.',
  fixes: ['Compare client, grant type, scopes and user with the access policies there, and their rules.'],
}

const otherPlatform = {
  summary: 'The client is registered for another platform.',
  fixes: ['Register its redirect URI for a single-page application if it runs in a browser, and only then.'],
}
