import { isAuthError } from '../errors/is-auth-error'
import { LockTimeoutError } from '../errors/lock-timeout-error'
import { boundedIfLong } from '../platform/bounded'
import type { Clock } from '../platform/clock'
import type { Lock } from '../stores/lock'

/**
 * Runs `task` once under the lock, and resolves when the task has. Where the lock itself is broken (F53, F54), because it throws, or
 * settles without having run the task, the task runs without it: a broken lock must not end refreshes. One that hangs may be held by
 * somebody slow, and times out.
 * @throws {LockTimeoutError} it was not granted in time; the task hasn't run then and never will.
 */
export async function holdLock(
  lock: Lock,
  name: string,
  task: (lost: AbortSignal) => Promise<void>,
  waitTimeout: number,
  clock: Clock,
): Promise<void> {
  const waiting = new AbortController()
  const { signal } = waiting
  let running: Promise<void> | undefined
  const granted = new Promise<void>((resolve, reject) => {
    const once = async (lost?: AbortSignal | null): Promise<void> => {
      if (signal.aborted) return
      running ??= task(lost ?? new AbortController().signal) // A lock that gives no signal is never lost.
      resolve()
      await running
    }
    Promise.resolve()
      .then(() => lock.hold(name, once, { waitTimeout, signal }))
      .then(resolve, (error) => (isAuthError(error, 'ERR_LOCK_TIMEOUT') ? reject(error) : resolve()))
  })
  // For a lock that doesn't keep to its `waitTimeout`.
  try {
    await boundedIfLong(granted, waitTimeout, clock, () => new LockTimeoutError())
  } catch (error) {
    if (!running) throw error // Else it was granted at the last moment.
  } finally {
    if (!running) waiting.abort()
  }
  await (running ?? task(new AbortController().signal))
}
