import { LockTimeoutError } from '../errors/lock-timeout-error'
import { abortReason } from '../platform/abortable'
import type { Clock } from '../platform/clock'
import { sleepOut } from '../platform/sleep-out'
import type { HoldOptions } from './lock'

/**
 * Bounds a wait for a lock: the caller's abort or `waitTimeout` calls `giveUp` with the reason, once.
 * @returns what the grant calls: from then on `giveUp` is never called, and no timer or listener is left.
 */
export function limitWait({ signal, waitTimeout }: HoldOptions, clock: Clock, giveUp: (reason: unknown) => void): () => void {
  const limit = new AbortController()
  const stop = (): void => {
    limit.abort()
    signal?.removeEventListener('abort', onAbort)
  }
  const end = (reason: unknown): void => {
    if (limit.signal.aborted) return // Granted, or given up already: this timer was due at the same time.
    stop()
    giveUp(reason)
  }
  const onAbort = (): void => end(signal && abortReason(signal))
  const onTimeout = (): void => end(new LockTimeoutError())
  sleepOut(waitTimeout, clock, limit.signal).then(onTimeout, onTimeout) // A clock that breaks must not make a wait endless.
  signal?.addEventListener('abort', onAbort)
  if (signal?.aborted) onAbort() // Before this wait began, such as after the grant of a lock around this one.
  return stop
}
