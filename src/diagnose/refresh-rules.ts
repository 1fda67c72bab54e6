import { finding, type Rule } from './rule'

/** How a refresh failed. */
export const refreshRules: readonly Rule[] = [
  ({ refresh }) =>
    finding(
      refresh?.error === 'invalid_grant' || refresh?.outcome === 'rejected' || refresh?.code === 'ERR_SESSION_ENDED',
      'refresh-rejected',
      'certain',
      'authorization server',
      'The refresh token was refused: the session is over.',
      ['invalid_grant'],
      ['Sign in again', 'Where it happens often: look for two clients that spend one refresh token, without a lock that both know'],
    ),
  ({ refresh }) =>
    finding(
      refresh?.code === 'ERR_TOKEN_ENDPOINT' || refresh?.outcome === 'misconfigured',
      'client-misconfigured',
      'certain',
      'client',
      `The authorization server refuses the client itself${refresh?.error ? `: ${refresh.error}` : ''}.`,
      [refresh?.error && `error: ${refresh.error}`],
      [
        'Check client id, secret and how the client authenticates',
        'Was the secret changed? clientSecretBasic takes a function that returns the current one',
      ],
    ),
  ({ refresh }) =>
    finding(
      refresh?.code === 'ERR_REFRESH_UNAVAILABLE' || refresh?.outcome === 'unavailable',
      'refresh-unavailable',
      'certain',
      'network',
      'New tokens can not be had now; the session is kept.',
      ['the token endpoint gave no usable answer'],
      ['Wait: it is tried again at retryAt', 'Look at error.cause'],
    ),
]
