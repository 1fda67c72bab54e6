import { LockTimeoutError } from '../errors/lock-timeout-error'
import { type Clock, systemClock } from '../platform/clock'
import { hasWebLocks } from './has-web-locks'
import { localLock } from './local-lock'
import type { Coordination, Lock } from './lock'
import { webLock } from './web-lock'

export interface DefaultLock {
  readonly lock: Lock
  /** `'browser'` where Web Locks are there and weren't refused the last time, else `'client'`. */
  readonly coordination: Coordination
}

/**
 * For a store, whose lock anybody may hold: it bounds the wait, and falls back to this process where a browser refuses. Web Locks in a
 * browser, else this process; asked at each hold, since a polyfill may arrive.
 * @param clock bounds the wait. Default: the system's.
 */
export function defaultLock(clock: Clock = systemClock): DefaultLock {
  const local = localLock(clock)
  const web = webLock(clock)
  let refused = false

  return {
    get coordination() {
      return hasWebLocks() && !refused ? 'browser' : 'client'
    },
    lock: {
      hold(name, task, options) {
        const { signal, waitTimeout } = options
        const deadline = clock.now() + waitTimeout
        // The local lock goes around the browser's: a hold that falls back still excludes one that did not.
        return local.hold(
          name,
          async (never) => {
            if (!hasWebLocks()) return task(never)
            let granted = false
            try {
              const started = (lost: AbortSignal) => {
                granted = true
                refused = false
                return task(lost)
              }
              // One wait in two parts; a wall clock that was set back must not prolong it.
              return await web.hold(name, started, { signal, waitTimeout: Math.min(waitTimeout, deadline - clock.now()) })
            } catch (error) {
              if (granted || signal?.aborted || error instanceof LockTimeoutError) throw error
              refused = true
              return task(never)
            }
          },
          options,
        )
      },
    },
  }
}
