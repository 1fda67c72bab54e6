import type { Clock } from '../platform/clock'
import { sleepOut } from '../platform/sleep-out'

/** The end of a whole exchange. */
export interface Deadline {
  readonly signal: AbortSignal
  /** Ends it at once. */
  abort(): void
  clear(): void
}

/** `signal` aborts after `ms` milliseconds, until `clear()`; for `false` and `Infinity` with `abort()` alone. */
export function startDeadline(ms: number | false, clock: Clock): Deadline {
  const controller = new AbortController()
  const timer = new AbortController()
  // A clock that breaks makes no exchange endless.
  const end = (): void => {
    if (!timer.signal.aborted)
      controller.abort(Object.assign(new Error('The token endpoint did not answer in time'), { name: 'TimeoutError' }))
  }
  if (ms && ms < Infinity) sleepOut(ms, clock, timer.signal).then(end, end)
  return { signal: controller.signal, abort: () => controller.abort(), clear: () => timer.abort(0) }
}
