import type { Clock } from '../platform/clock'

/** How many refreshes 401s may cause: a resource that refuses fresh tokens must not turn into load on the token endpoint (F62, A51). */
export class RefreshBudget {
  readonly #limit: { readonly attempts: number; readonly interval: number } | false
  readonly #clock: Clock
  #spentAt: readonly number[] = []

  constructor(limit: { readonly attempts: number; readonly interval: number } | false, clock: Clock) {
    this.#limit = limit
    this.#clock = clock
  }

  get spent(): boolean {
    if (!this.#limit) return false
    const now = this.#clock.now()
    const since = now - this.#limit.interval
    // What lies in the future was counted before the wall clock was set back.
    this.#spentAt = this.#spentAt.filter((at) => at > since && at <= now)
    return this.#spentAt.length >= this.#limit.attempts
  }

  count(): void {
    if (this.#limit) this.#spentAt = [...this.#spentAt, this.#clock.now()].slice(-this.#limit.attempts)
  }
}
