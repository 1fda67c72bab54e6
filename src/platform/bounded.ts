import type { Clock } from './clock'

/** The promise, or `late()` thrown after `ms` milliseconds; no timer is left behind. */
export async function bounded<Value>(promise: PromiseLike<Value>, ms: number, clock: Clock, late: () => unknown): Promise<Value> {
  const timer = new AbortController()
  try {
    return await Promise.race([
      promise,
      clock.sleep(ms, timer.signal).then(() => {
        throw late()
      }),
    ])
  } finally {
    timer.abort()
  }
}
