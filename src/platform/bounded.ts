import type { Clock } from './clock'

/** The promise, or `late()` thrown after `ms` milliseconds; no timer is left behind. A clock that breaks makes no wait endless. */
export function bounded<Value>(promise: PromiseLike<Value>, ms: number, clock: Clock, late: () => unknown): Promise<Value> {
  const timer = new AbortController()
  const end = (): void => {
    if (!timer.signal.aborted) throw late()
  }
  // A reason of its own spares the platform making one.
  return Promise.race([promise, clock.sleep(ms, timer.signal).then(end, end) as Promise<never>]).finally(() => timer.abort(0))
}
