import type { AuthError } from '../errors/auth-error'
import type { Clock } from '../platform/clock'

const first = 1_000
const longest = 300_000
// Full jitter may come out at nearly nothing; a pause that nobody notices is none.
const shortest = 100

/** How long nobody asks the token endpoint again after it failed, and with which failure calls are answered meanwhile. */
export class CoolDown<Failure extends AuthError> {
  readonly #clock: Clock
  #failures = 0
  #open: { readonly since: number; readonly until: number; readonly failure: Failure } | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The failure that opened it, while it runs. */
  get failure(): Failure | undefined {
    const now = this.#clock.now()
    // A wall clock set back must not prolong it.
    return this.#open && now >= this.#open.since && now < this.#open.until ? this.#open.failure : undefined
  }

  /** About a second, doubling with full jitter; what the server asks for (`retryAt`) where that is more; five minutes at most. */
  start(retryAt: number | undefined, failureAt: (until: number) => Failure): Failure {
    const now = this.#clock.now()
    const own = Math.max(shortest, this.#clock.random() * Math.min(longest, first * 2 ** this.#failures++))
    const until = Math.min(now + longest, Math.max(now + own, retryAt ?? 0))
    const failure = failureAt(until)
    this.#open = { since: now, until, failure }
    return failure
  }

  stop(): void {
    this.#failures = 0
    this.#open = undefined
  }
}
