import { isAuthError } from '../errors/auth-error'
import { LockTimeoutError } from '../errors/lock-timeout-error'
import { bounded } from '../platform/bounded'
import type { Clock } from '../platform/clock'
import type { Lock } from '../stores/lock'

const slack = 1_000

/**
 * Runs `task` once under the lock, and without it where the lock itself is broken (F53, F54): a lock that throws, lies or
 * hangs must not take the session with it. Resolves when `task` has.
 * @throws {LockTimeoutError} when the lock was not granted in time; the task hasn't run then and never will.
 */
export async function holdLock(
  lock: Lock,
  name: string,
  task: (lost: AbortSignal) => Promise<void>,
  options: { readonly waitTimeout: number; readonly clock: Clock },
): Promise<void> {
  const { waitTimeout, clock } = options
  let running: Promise<void> | undefined
  let given = false
  await new Promise<void>((granted, refused) => {
    const once = (lost: AbortSignal): Promise<void> => {
      if (given) return Promise.resolve()
      running ??= task(lost)
      granted()
      return running
    }
    // A lock that forgets its own time limit has one here.
    bounded(ask(lock, name, once, waitTimeout), waitTimeout + slack, clock, () => new LockTimeoutError()).then(
      granted,
      (error: unknown) => {
        if (isAuthError(error) && error.code === 'ERR_LOCK_TIMEOUT' && !running) refused(error)
        else granted()
      },
    )
  }).finally(() => {
    given = !running
  })
  await (running ?? task(new AbortController().signal))
}

async function ask(lock: Lock, name: string, task: (lost: AbortSignal) => Promise<void>, waitTimeout: number): Promise<void> {
  await lock.hold(name, task, { waitTimeout })
}
