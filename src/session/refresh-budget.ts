import type { Clock } from '../platform/clock'

/** How many refreshes 401s may cause: a resource that refuses fresh tokens must not turn into load on the token endpoint (F62, A51). */
export interface RefreshBudget {
  isExhausted(): boolean
  count(): void
}

export function createBudget(limit: { readonly attempts: number; readonly interval: number } | false, clock: Clock): RefreshBudget {
  let counted: number[] = []
  return {
    isExhausted() {
      const now = clock.now()
      // What lies in the future was counted before the wall clock was set back.
      counted = counted.filter((at) => at <= now && limit && at > now - limit.interval)
      return limit && counted.length >= limit.attempts
    },
    count: () => void counted.push(clock.now()),
  }
}
