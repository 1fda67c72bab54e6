import type { Clock } from '../platform/clock'
import { localLock } from './local-lock'
import type { Lock } from './lock'

/**
 * Web Locks in a browser, else this process; asked at each hold. It leaves Web Locks' time limit to its caller, and rejects
 * where the browser refuses (an insecure origin, a sandboxed frame).
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

/** Node ≥ 24.5 has `navigator.locks` too, but for its own process only; it has no `isSecureContext`. */
export function hasWebLocks(): boolean {
  return Boolean(globalThis.isSecureContext && globalThis.navigator?.locks)
}
