import type { Clock } from '../platform/clock'

const first = 1_000
const longest = 300_000
// Full jitter may come out at nearly nothing; a pause that nobody notices is none.
const shortest = 100

/** How long nobody asks the token endpoint again after it failed, and what calls are answered with meanwhile. */
export interface CoolDown<Failure> {
  /** What opened it, while it runs. */
  running(): Failure | undefined
  /** About a second, doubling with full jitter; until `retryAt` where that is later; five minutes at most. Returns until when. */
  start(failure: Failure, retryAt?: number): number
  stop(): void
}

export function createCoolDown<Failure>(clock: Clock): CoolDown<Failure> {
  let failures = 0
  let since = 0
  let until = 0
  let opener: Failure | undefined
  return {
    running() {
      const now = clock.now()
      // A wall clock set back must not prolong it.
      return now >= since && now < until ? opener : undefined
    },
    start(failure, retryAt = 0) {
      opener = failure
      since = clock.now()
      const own = since + Math.max(shortest, clock.random() * first * 2 ** failures++)
      until = Math.min(since + longest, Math.max(own, retryAt))
      return until
    },
    stop() {
      failures = until = 0
    },
  }
}
