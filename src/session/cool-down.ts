import type { Clock } from '../platform/clock'
import { isSameSignIn } from '../tokens/session-identity'
import type { Phase } from './phase'

const first = 1_000
const longest = 300_000
// Full jitter may come out at nearly nothing; a pause that nobody notices is none.
const shortest = 100

/**
 * How long nobody asks the token endpoint again after it failed, and what calls are answered with meanwhile. One session's failure is
 * not another's; and it stays its own where another one has been here in between.
 */
export interface CoolDown<Failure> {
  /** What opened it, while it runs. */
  running(phase: Phase): Failure | undefined
  /** About a second, doubling with full jitter; until `retryAt` where that is later; five minutes at most. Returns until when. */
  start(phase: Phase, failure: Failure, retryAt?: number): number
  stop(phase: Phase): void
  /** Leaves no more of it than a server has asked for. */
  shorten(): void
}

export function createCoolDown<Failure>(clock: Clock): CoolDown<Failure> {
  let failures = 0
  let since = 0
  let until = 0
  let asked = 0
  let opener: Failure | undefined
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
      asked = retryAt
      until = Math.min(since + longest, Math.max(own, asked))
      return until
    },
    shorten() {
      until = Math.min(until, asked)
    },
    stop(phase) {
      if (isOwner(phase)) owner = undefined
    },
  }
}
