import type { Clock } from '../platform/clock'
import { isSameSignIn } from '../tokens/session-identity'
import type { Curable } from './failure-of'
import type { Phase } from './phase'

const first = 1_000
const longest = 300_000
// Full jitter may come out at nearly nothing, and that would be no pause.
const shortest = 100

/**
 * For how long nobody asks the token endpoint again after it failed, and the failure that calls get meanwhile. It counts for the session
 * that it happened to alone, also when that is signed in to again after another one.
 */
export interface CoolDown {
  /** The failure that opened it, while it runs for the session of that phase. */
  running(phase: Phase): Curable | undefined
  /**
   * Begins it: a second at most, doubled with each failure in a row, with full jitter; until `retryAt` where that is later; five minutes
   * at most. Returns when it is over; both in milliseconds since the epoch.
   */
  start(phase: Phase, failure: Curable, retryAt?: number): number
  stop(phase: Phase): void
  /** Ends it, unless the server has asked for a longer pause: then with that. */
  shorten(): void
}

export function createCoolDown(clock: Clock): CoolDown {
  let failures = 0
  let since = 0
  let until = 0
  let serverAsked = 0
  let opener: Curable | undefined
  let owner: Phase | undefined
  const isOwner = ({ epoch, held }: Phase): boolean | undefined =>
    epoch === owner?.epoch || (held && owner?.held && isSameSignIn(held, owner.held))
  return {
    running(phase) {
      const now = clock.now()
      // A wall clock set back must not prolong it.
      return now >= since && now < until && isOwner(phase) ? opener : undefined
    },
    start(phase, failure, retryAt = 0) {
      failures = isOwner(phase) ? failures + 1 : 0
      owner = phase
      opener = failure
      since = clock.now()
      const own = since + Math.max(shortest, clock.random() * first * 2 ** failures)
      serverAsked = retryAt > 0 ? retryAt : 0 // A grant of the app's may give NaN.
      until = Math.min(since + longest, Math.max(own, serverAsked))
      return until
    },
    shorten() {
      until = Math.min(until, serverAsked)
    },
    stop(phase) {
      if (isOwner(phase)) owner = undefined
    },
  }
}
