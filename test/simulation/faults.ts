/** What can go wrong on the way to the token endpoint and back. `-after`: the server has acted. */
export const tokenFaults = [
  'error-before',
  'error-after',
  '500-before',
  '503-after',
  '429',
  'html',
  'hang-before',
  'hang-after',
  'slow',
  'drip',
  'truncated',
  'body-hang',
  'redirect',
  'unusable',
  'oversized',
  'invalid_client',
] as const
export type TokenFault = (typeof tokenFaults)[number]

/** What an API can do beside serving and refusing: each 401 and 403 here says something of its own. */
export const apiFaults = [
  'error-before',
  'error-after',
  '500',
  '429',
  '407',
  '403',
  '401-though-valid',
  '401-another-scheme',
  '401-contradictory',
  '401-malformed',
  '401-oversized',
  '401-invalid_request',
  '401-elsewhere',
  '401-nonce',
  '401-more-authentication',
  '401-claims',
  '403-scope',
  '403-expired',
  'hang',
  'slow',
  'drip',
  'body-hang',
] as const
export type ApiFault = (typeof apiFaults)[number]

/** The same where schemes beside Bearer are at work. */
export const schemedTokenFaults = [...tokenFaults, 'redirect-followed', 'redirect-hidden', 'nonce'] as const
export type SchemedTokenFault = (typeof schemedTokenFaults)[number]

export const schemedApiFaults = [...apiFaults, '401-nonce', '401-proof'] as const
export type SchemedApiFault = (typeof schemedApiFaults)[number]

export const readFaults = ['throw', 'hang', 'lag'] as const
export type ReadFault = (typeof readFaults)[number]

export const writeFaults = ['throw-before', 'throw-after', 'hang-before', 'hang-after', 'lag', 'says-false'] as const
export type WriteFault = (typeof writeFaults)[number]

export const lockFaults = ['refused', 'hang', 'slow', 'lost'] as const
export type LockFault = (typeof lockFaults)[number]
