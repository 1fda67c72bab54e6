import { inTurn } from '../platform/in-turn'
import type { Lock } from './lock'

/**
 * Web Locks in a browser, else one after the other in this process; asked at each hold. It leaves the time limit to its caller,
 * and rejects where the browser refuses (an insecure origin, a sandboxed frame).
 */
export function nearestLock(): Lock {
  const locally = inTurn()
  return {
    async hold(name, task, { signal }) {
      const run = (): ReturnType<typeof task> => task(new AbortController().signal)
      return hasWebLocks() ? navigator.locks.request(name, signal ? { signal } : {}, run) : locally(run)
    },
  }
}

/** Node ≥ 24.5 has `navigator.locks` too, but for its own process only; it has no `isSecureContext`. */
export function hasWebLocks(): boolean {
  return globalThis.isSecureContext === true && Boolean(globalThis.navigator?.locks)
}
