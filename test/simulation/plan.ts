import { type Random, seeded } from './random'
import { schemePlan } from './scheme-plan'

/** What a world is made of, by its seed alone. */
export type Plan = ReturnType<typeof planOf>

/** From this seed on a world's tabs call APIs with tokens of their own, too (`forResource`); below it the worlds stay what they are. */
export const firstWithResources = 1_000_000_000

/** From this seed on its clients have other schemes than Bearer, or several, and its servers lead elsewhere. */
export const firstWithSchemes = 2_000_000_000

/** After this many virtual milliseconds nothing fails any more. */
export const faultsEnd = 30_000

/**
 * - `shared`: one lock for all tabs. `lease`: the same, but it can be lost while it is held.
 * - `process`: one lock for each process, of one or more clients. `none`: each client has its own only (the product's default
 *   outside a browser).
 * - The rest are broken: they throw, never grant, exclude nobody, resolve without running the task, or run it twice.
 */
export type LockKind = 'shared' | 'lease' | 'process' | 'none' | 'throws' | 'never' | 'no-exclusion' | 'runs-nothing' | 'runs-twice'

/**
 * - `cas-…`: a compare-and-swap store. `web-storage`, `async-storage`: the package's own, over a storage of the world's.
 * - `plain-…`: an app's callbacks; `plain-lagging`: synchronous, but each tab sees a change a little later (React's state).
 */
export type StoreKind = 'cas-sync' | 'cas-async' | 'web-storage' | 'async-storage' | 'plain-sync' | 'plain-async' | 'plain-lagging'

/** Whether what is stored says which sign-in it belongs to: its `sessionId`, else claims of a JWT, else nothing at all. */
export type Ids = 'session-id' | 'jwt-sid' | 'jwt-sub' | 'none'

/** Where a refresh of a tab is; the name of the window that begins there is in `danger.ts`. */
export const stages = [
  'idle',
  'asked',
  'locked',
  're-read',
  'sent',
  'rotated',
  'answered',
  'received',
  'checking',
  'checked',
  'saving',
  'saved',
] as const
export type Stage = (typeof stages)[number]

/** What may come in the way of a refresh. */
export const acts = ['abort', 'login', 'logout', 'login elsewhere', 'logout elsewhere', 'kill', 'freeze', 'jump', 'call'] as const
export type Act = (typeof acts)[number]

/** Something that happens when a refresh reaches a stage: chance alone would rarely hit the moment. */
export interface Ambush {
  readonly stage: Stage
  readonly act: Act
  /** In milliseconds; `undefined`: in the middle of what the tab is doing, rather than as an event of its own. */
  readonly delay: number | undefined
  /** How many refreshes it lets pass. */
  patience: number
}

export function planOf(seed: number) {
  const random: Random = seeded(seed)
  const { pick, chance, below } = random
  // Each class of faults is absent from half of the worlds: what it would excuse is not excused there.
  const some = (most: number): number => (chance(0.5) ? 0 : random.next() * most)
  const tabs = chance(0.2) ? 1 : 2 + (chance(0.25) ? below(7) : below(3))
  const lock: LockKind = chance(0.6)
    ? 'shared'
    : pick([
        'lease',
        'lease',
        'lease',
        'process',
        'process',
        'none',
        'none',
        'throws',
        'never',
        'no-exclusion',
        'runs-nothing',
        'runs-twice',
      ])
  const atSaving = ['checking', 'checked', 'checked', 'checked'] as const
  const ambush = (): Ambush => ({
    // The short ones twice: few refreshes get there, and nothing waits in them.
    stage: pick([...stages.slice(1), 're-read', 'answered', 'received', 'received', 'received', ...atSaving, ...atSaving] as const),
    act: pick([...acts, 'login elsewhere', 'logout elsewhere'] as const),
    delay: pick([undefined, undefined, undefined, 0, 0, 1, 5]),
    patience: below(3),
  })
  const stubborn = chance(0.08)
  // Windows that chance alone visits too seldom; drawn apart, so that the other worlds stay what they are.
  const rare = seed % 8 === 0 ? rareAmbushes(seeded(-seed)) : []
  const refusesLong = seed % 64 === 4
  // Only beyond the seeds that worlds were kept of.
  const readsAtOnce = seed > 6_800_000 && seed < 1_000_000_000 && seed % 4 === 1
  const actsItself = seed > 7_550_000 && seed < 1_000_000_000 && seed % 4 === 3
  // Drawn apart for the same reason.
  const schemes = seed >= firstWithSchemes ? schemePlan(seeded(~seed)) : undefined
  const plan = {
    random,
    resources: schemes ? schemes.resources : seed >= firstWithResources,
    schemes,
    tabs,
    calls: stubborn ? 20 + below(21) : 5 + below(chance(0.3) ? 36 : 14),
    lock,
    lockIsOption: chance(0.5),
    store: pick([
      'cas-sync',
      'cas-async',
      'cas-async',
      'cas-async',
      'web-storage',
      'async-storage',
      'async-storage',
      'plain-sync',
      'plain-async',
      'plain-async',
      'plain-lagging',
    ] as const) as StoreKind,
    hints: chance(0.5),
    /** Of a store whose writes take their time. */
    readsAtOnce,
    /** Of an app's callbacks: at times it signs in and out by changing its own tokens. */
    actsItself,
    clearsInOnLogout: chance(0.3),
    /** An older SDK that reads, refreshes and writes without any lock or comparison. */
    foreign: chance(0.88) ? ('none' as const) : pick(['keeps all fields', 'keeps its own fields'] as const),
    foreignRefreshes: 1 + below(4),
    ids: (chance(0.65) ? 'session-id' : pick(['jwt-sid', 'jwt-sub', 'none'])) as Ids,
    mintsIds: chance(0.5),
    jwt: chance(0.25),
    reuse: pick(['revoke', 'refuse'] as const),
    overlap: pick([0, 0, 10_000]),
    overlapGives: pick(['a new pair', 'the same pair'] as const),
    rotates: chance(0.9),
    revokesAccess: chance(0.5),
    revocationEndpoint: chance(0.5),
    lifetime: pick([2, 4, 4, 10, 20, 45, 120, 600]) * 1000,
    tellsLifetime: chance(0.8),
    unauthorized: pick(['invalid_token', 'bare', 'no header', 'unknown error', 'beside another scheme', 'any'] as const),
    /** Refuses every token until then. */
    stubbornUntil: stubborn ? pick([6_000, 25_000, 25_000]) : 0,
    scheme: chance(0.85) ? ('bearer' as const) : ('nonce' as const),
    stepUp: chance(0.7) ? ('no hook' as const) : pick(['returns', 'sets', 'nothing', 'throws'] as const),
    claims: chance(0.1),
    startsSignedIn: chance(0.85),
    startsSpent: chance(0.5),
    logins: chance(0.5) ? 0 : 1 + below(3),
    logouts: chance(0.6) ? 0 : 1 + below(2),
    kills: chance(0.75) ? 0 : 1 + below(Math.min(3, tabs)),
    freezes: chance(0.8) ? 0 : 1 + below(2),
    jumps: chance(0.85) ? 0 : 1 + below(2),
    ambushes: [...(chance(0.35) ? [] : Array.from({ length: 2 + below(4) }, ambush)), ...rare],
    skewed: chance(0.1),
    listens: chance(0.9),
    abortChance: chance(0.5) ? 0 : random.next() * 0.5,
    oneShotChance: chance(0.8) ? 0 : 0.2,
    slowness: pick([1, 1, 5, 40]),
    bursts: stubborn ? 6 + below(8) : 1 + below(6),
    networkFaults: some(0.5),
    storeFaults: some(0.3),
    lockFaults: some(0.4),
    ghosts: chance(0.15),
    /** The token endpoint is not reached for a while. */
    outage: chance(0.85) ? undefined : outageFrom(below(faultsEnd), 1_000 + below(20_000)),
    expiryLeeway: pick([undefined, undefined, 0, 5_000]),
    refreshAhead: pick([false, false, 10_000, 60_000] as const),
    refreshTimeout: pick([undefined, undefined, 3_000]),
  }
  if (actsItself) {
    plan.store = seeded(~seed).pick(['plain-sync', 'plain-sync', 'plain-sync', 'plain-async', 'plain-lagging'] as const)
    // It would clear what it has signed in to itself since.
    plan.clearsInOnLogout = false
    plan.logins++
    plan.logouts++
  }
  return refusesLong ? { ...plan, stubbornUntil: 25_000, calls: 30, bursts: 10 } : plan
}

function rareAmbushes({ pick, below }: Random): readonly Ambush[] {
  return Array.from({ length: 4 }, () => ({
    stage: pick(['asked', 'locked', 'locked', 're-read', 'rotated', 'received', 'checked', 'checked'] as const),
    act: pick(['call', 'call', 'jump', 'freeze', 'kill', 'abort', 'abort'] as const),
    delay: pick([undefined, 0]),
    patience: below(2),
  }))
}

function outageFrom(from: number, length: number): { readonly from: number; readonly until: number } {
  return { from, until: from + length }
}
