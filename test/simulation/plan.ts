import { type Random, seeded } from './random'

/** What a world is made of, by its seed alone. */
export type Plan = ReturnType<typeof planOf>

/** After this many virtual milliseconds nothing fails any more. */
export const faultsEnd = 30_000

/**
 * - `shared`: one lock for all tabs. `lease`: the same, but it can be lost while it is held.
 * - `none`: each client has its own only (the product's default outside a browser).
 * - The rest are broken: they throw, never grant, exclude nobody, resolve without running the task, or run it twice.
 */
export type LockKind = 'shared' | 'lease' | 'none' | 'throws' | 'never' | 'no-exclusion' | 'runs-nothing' | 'runs-twice'

/** Whether what is stored says which sign-in it belongs to: its `sessionId`, else claims of a JWT, else nothing at all. */
export type Ids = 'session-id' | 'jwt-sid' | 'jwt-sub' | 'none'

export function planOf(seed: number) {
  const random: Random = seeded(seed)
  const { pick, chance, below } = random
  // Each class of faults is absent from half of the worlds: what it would excuse is not excused there.
  const some = (most: number): number => (chance(0.5) ? 0 : random.next() * most)
  const tabs = chance(0.25) ? 1 : 2 + (chance(0.3) ? below(7) : below(3))
  const store = pick(['cas-sync', 'cas-async', 'cas-async', 'plain-sync', 'plain-async'] as const)
  return {
    random,
    tabs,
    calls: 5 + below(chance(0.3) ? 36 : 14),
    lock: (chance(0.6)
      ? 'shared'
      : pick(['lease', 'none', 'none', 'throws', 'never', 'no-exclusion', 'runs-nothing', 'runs-twice'])) as LockKind,
    lockIsOption: chance(0.5),
    store,
    hints: chance(0.5),
    clearsInOnLogout: chance(0.3),
    ids: (chance(0.65) ? 'session-id' : pick(['jwt-sid', 'jwt-sub', 'none'])) as Ids,
    mintsIds: chance(0.5),
    jwt: chance(0.4),
    reuse: pick(['revoke', 'refuse'] as const),
    overlap: pick([0, 0, 10_000]),
    overlapGives: pick(['another pair', 'the same pair'] as const),
    rotates: chance(0.9),
    revokesAccess: chance(0.5),
    revocationEndpoint: chance(0.5),
    lifetime: pick([2, 4, 10, 20, 45, 61, 120, 600]) * 1000,
    tellsLifetime: chance(0.8),
    unauthorized: pick(['invalid_token', 'bare', 'no header', 'any'] as const),
    startsSignedIn: chance(0.8),
    startsSpent: chance(0.4),
    logins: chance(0.5) ? 0 : 1 + below(3),
    logouts: chance(0.6) ? 0 : 1 + below(2),
    kills: chance(0.65) ? 0 : 1 + below(Math.min(3, tabs)),
    freezes: chance(0.75) ? 0 : 1 + below(2),
    jumps: chance(0.8) ? 0 : 1 + below(2),
    skewed: chance(0.15),
    listens: chance(0.9),
    abortChance: chance(0.5) ? 0 : random.next() * 0.5,
    oneShotChance: chance(0.8) ? 0 : 0.2,
    slowness: pick([1, 1, 5, 40]),
    bursts: 1 + below(6),
    networkFaults: some(0.5),
    storeFaults: some(0.35),
    lockFaults: some(0.4),
    ghosts: chance(0.15),
    expiryLeeway: pick([undefined, undefined, 0, 5_000]),
    refreshAhead: pick([false, false, 10_000, 60_000] as const),
    refreshTimeout: pick([undefined, undefined, 3_000]),
  }
}
