import type { Facts } from './facts'
import { harmless } from './harmless'
import { type Finding, type Rule, when } from './rule'

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
      saysError(facts, /^invalid_grant$/, 95) ??
      when(facts.event?.type === 'refresh-ended' && facts.event.outcome === 'rejected', 93, 'The refresh was rejected.') ??
      when(facts.event?.reason === 'no refresh token', 90, 'There is no refresh token.', {
        summary: 'There is no refresh token to get a new access token with.',
      }),
  },
  {
    cause: 'client-rejected',
    party: 'client',
    summary: 'The authorization server does not take this client: its secret was changed, most likely.',
    fixes: [
      'Compare client id and secret with the registration; a changed secret has to be deployed.',
      'See that the way of client authentication is the registered one.',
    ],
    find: (facts) => saysError(facts, /^(invalid_client|unauthorized_client)$/, 94),
  },
  {
    cause: 'refresh-misconfigured',
    party: 'client',
    summary: 'The token endpoint does not take the request as it is made.',
    fixes: ['Compare grant, scope, resource and endpoint with what the authorization server allows this client.'],
    find: (facts) =>
      saysError(facts, /^(invalid_scope|invalid_target|unsupported_grant_type)$/, 93) ??
      when(facts.event?.type === 'refresh-ended' && facts.event.outcome === 'misconfigured', 75, 'The refresh failed as misconfigured.'),
  },
  {
    cause: 'interaction-required',
    party: 'authorization server',
    summary: 'The authorization server wants the user: no refresh can do without.',
    fixes: ['Send the user to sign in.'],
    find: (facts) => saysError(facts, /^(interaction|login|consent|account_selection)_required$/, 95),
  },
  {
    cause: 'refresh-unavailable',
    party: 'authorization server',
    summary: 'The authorization server could not be reached, or asks to wait.',
    fixes: ['Wait: the session is kept, and the client tries again.', 'See whether the token endpoint is up.'],
    find: (facts) =>
      saysError(facts, /^(temporarily_unavailable|server_error|slow_down)$/, 92) ??
      when(facts.event?.type === 'refresh-ended' && facts.event.outcome === 'unavailable', 92, 'The refresh came out as unavailable.') ??
      when(/^(cooling down|budget spent)$/.test(facts.event?.reason ?? ''), 80, `The client does not refresh now: ${facts.event?.reason}.`),
  },
]

function saysError({ refreshError, error, status }: Facts, pattern: RegExp, weight: number): Finding | undefined {
  const name = refreshError || (status !== undefined && status >= 400 ? error : '')
  return when(pattern.test(name), weight, `The token endpoint says ${harmless(name)}.`)
}
