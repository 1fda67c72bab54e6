import { abortReason } from '../platform/abortable'
import { type Clock, systemClock } from '../platform/clock'
import { hasWebLocks } from './has-web-locks'
import { limitWait } from './limit-wait'
import type { HoldOptions, Lock } from './lock'

/**
 * A lock for every tab and worker of this origin, by Web Locks. The browser frees it when its page goes away.
 * It never steals; `lost` aborts only if another script does.
 * Rejects where the API is missing or refused (an insecure origin, a sandboxed frame); the ready-made stores fall back to this page.
 * @param clock bounds the wait. Default: the system's.
 * @see {@link https://www.w3.org/TR/web-locks/ Web Locks}
 */
export function webLock(clock: Clock = systemClock): Lock {
  return {
    get coordination() {
      return hasWebLocks() ? 'browser' : 'client'
    },
    async hold<Result>(name: string, task: (lost: AbortSignal) => Promise<Result>, options: HoldOptions): Promise<Result> {
      if (options.signal?.aborted) throw abortReason(options.signal)
      const waiting = new AbortController()
      const lost = new AbortController()
      let work: Promise<Result> | undefined
      let stop = (): void => {}
      const gaveUp = new Promise<never>((_, reject) => {
        stop = limitWait(options, clock, (reason) => {
          reject(reason) // First: WebKit replaces the reason of an aborted request by one of its own.
          waiting.abort()
        })
      })
      const granted = async (): Promise<void> => {
        if (waiting.signal.aborted) return // The grant was on its way when we gave up.
        stop()
        work = task(lost.signal)
        await work.catch(() => {}) // So that only a refusal or a theft rejects the request.
      }

      try {
        await Promise.race([gaveUp, globalThis.navigator.locks.request(name, { signal: waiting.signal }, granted)])
      } catch (error) {
        if (!work) throw error
        lost.abort()
      } finally {
        stop()
      }
      return work as Promise<Result> // Without a grant, the race above has thrown.
    },
  }
}
