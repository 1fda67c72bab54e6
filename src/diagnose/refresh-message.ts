import type { Facts } from './facts'
import { harmless } from './harmless'
import type { Finding } from './rule'

/** What this package says of a refresh that failed; another's message may hold anything. */
export function saidOfIt({ event }: Facts): string {
  const { code, message } = Object(event?.error) as { code?: unknown; message?: unknown }
  return code === 'ERR_REFRESH_UNAVAILABLE' && typeof message === 'string' ? `${harmless(message)}.` : ''
}

/** Messages of ours about what waiting does not mend; 408, 425 and 429 ask to wait, and so do some codes. */
export const noOutage =
  /answered (200|4(?!08|25|29)\d\d)(?! (temporarily_unavailable|server_error|slow_down)\b)|redirect|The grant gave|client authentication failed|was not asked/

export function insteadOf(said: string): Finding['instead'] {
  if (said.startsWith('The grant gave')) return unusable
  if (said.startsWith('The client authentication')) return notSent
  if (said.includes('was not asked')) return notGiven
  // With a code between, as GitHub refuses, 200 is a token endpoint's all the same.
  return /answered (200 without|40[45])|redirect/.test(said) ? elsewhere : ownWords
}

const unusable = {
  summary: 'What the grant gave cannot be used: the client keeps the session, as in an outage.',
  fixes: [
    'In a `grant` of your own: return the token as `accessToken`.',
    'Give the client a scheme that sends the token’s type, such as `scheme: dpop()`.',
  ],
}

const notSent = {
  summary: 'The `clientAuthentication` of the client threw: the token endpoint was not asked.',
  fixes: ['Look at the `cause` of the error: it is what was thrown.'],
}

const notGiven = {
  summary: 'The token or the assertion that the grant starts from could not be had: the token endpoint was not asked.',
  fixes: [
    'Look at the `cause` of the error: it is what was thrown.',
    'If another client gives it: see whether anybody is signed in there.',
  ],
}

const elsewhere = {
  summary: 'What answers the refresh is probably not a token endpoint.',
  fixes: [
    'Compare `tokenEndpoint` (of a cookie session: `url`) with the metadata of the authorization server.',
    'Check that no gateway answers in its place.',
  ],
}

const ownWords = {
  summary: 'The authorization server refuses, but not with an error of RFC 6749: the client keeps the session, as in an outage.',
  fixes: [
    'Look at its answer. If that means that the refresh token is no longer good, tell the client with `refreshTokenGrant({ isRejected })`.',
  ],
}
