import type { Plan } from '../plan'

/** One small world, and what may go wrong in it, once, at any moment. */
export interface Scenario {
  readonly name: string
  readonly plan?: Partial<Plan>
  /** Kinds of faults, by where they happen. */
  readonly faults?: Readonly<Record<string, readonly string[]>>
  /** An API's answers take any time, too: else they are here at once. */
  readonly isApiSlow?: boolean
  /** What happens to either tab from outside. */
  readonly act?: 'logout' | 'login' | 'kill' | 'abort'
}

/** Both tabs hold the same token, which the API accepts no more. */
export const smallPlan: Omit<Plan, 'random'> = {
  resources: false,
  schemes: undefined,
  tabs: 2,
  calls: 2,
  lock: 'shared',
  lockIsOption: false,
  store: 'cas-async',
  hints: false,
  readsAtOnce: false,
  actsItself: false,
  clearsInOnLogout: false,
  foreign: 'none',
  foreignRefreshes: 0,
  ids: 'session-id',
  mintsIds: true,
  jwt: false,
  reuse: 'revoke',
  overlap: 0,
  overlapGives: 'the same pair',
  rotates: true,
  revokesAccess: true,
  revocationEndpoint: false,
  lifetime: 600_000,
  tellsLifetime: true,
  unauthorized: 'invalid_token',
  stubbornUntil: 0,
  scheme: 'bearer',
  stepUp: 'no hook',
  claims: false,
  startsSignedIn: true,
  startsSpent: true,
  logins: 0,
  logouts: 0,
  kills: 0,
  freezes: 0,
  jumps: 0,
  ambushes: [],
  skewed: false,
  listens: true,
  abortChance: 0,
  oneShotChance: 0,
  slowness: 1,
  bursts: 1,
  networkFaults: 1,
  storeFaults: 1,
  lockFaults: 1,
  ghosts: false,
  outage: undefined,
  expiryLeeway: undefined,
  refreshAhead: false,
  refreshTimeout: undefined,
}

/** One fault, or none, each of these at every moment. */
export const scenarios: readonly Scenario[] = [
  { name: 'nothing goes wrong' },
  { name: 'nothing goes wrong, and hints tell of every change', plan: { hints: true } },
  { name: 'nobody knows that the token is spent, and its 401 comes at any time', plan: { tellsLifetime: false }, isApiSlow: true },
  { name: 'the answer of the token endpoint is lost', faults: { 'token endpoint': ['error-after'] } },
  { name: 'the token endpoint is not reached', faults: { 'token endpoint': ['error-before'] } },
  { name: 'the token endpoint says 503', faults: { 'token endpoint': ['503-after'] } },
  { name: 'the token endpoint never answers', faults: { 'token endpoint': ['hang-after'] } },
  { name: 'the rotation comes without an access token', faults: { 'token endpoint': ['unusable'] } },
  { name: 'the store can not be read', faults: { read: ['throw'] } },
  { name: 'the store says that it has failed, and has written', faults: { write: ['throw-after'] } },
  { name: 'the store has not written', faults: { write: ['throw-before'] } },
  { name: 'the lock refuses', faults: { lock: ['refused'] } },
  { name: 'a tab is killed', act: 'kill' },
  { name: 'a tab signs out', act: 'logout' },
  { name: 'somebody else signs in', act: 'login' },
  { name: 'a caller leaves', act: 'abort' },
]
