import type { Clock } from '../platform/clock'

const grace = 1_000

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
  const run = async (wait: number): Promise<void> => {
    const due = clock.now() + wait
    await clock.sleep(wait, timer.signal)
    // After a frozen tab, a stopped process or a sleep the answer may be here already, unread.
    if (clock.now() > due + grace) await clock.sleep(grace, timer.signal)
  }
  // A clock that breaks makes no exchange endless.
  const end = (): void => {
    if (!timer.signal.aborted)
      controller.abort(Object.assign(new Error('The token endpoint did not answer in time'), { name: 'TimeoutError' }))
  }
  if (ms && ms < Infinity) run(ms).then(end, end)
  return { signal: controller.signal, abort: () => controller.abort(), clear: () => timer.abort(0) }
}
