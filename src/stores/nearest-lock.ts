import type { Clock } from '../platform/clock'
import { hasWebLocks } from './has-web-locks'
import { localLock } from './local-lock'
import type { Lock } from './lock'

/**
 * For a client, which bounds each wait itself, and goes on where a browser refuses (an insecure origin, a sandboxed frame): Web Locks
 * in a browser, else this process; asked at each hold.
 */
export function nearestLock(clock: Clock): Lock {
  const local = localLock(clock)
  return {
    async hold(name, task, options) {
      return hasWebLocks()
        ? navigator.locks.request(name, options as LockOptions, () => task(new AbortController().signal))
        : local.hold(name, task, options)
    },
  }
}
