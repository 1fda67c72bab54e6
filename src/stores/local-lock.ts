import { LockTimeoutError } from '../errors/lock-timeout-error'
import { abortReason, createAbortable } from '../platform/abortable'
import { bounded } from '../platform/bounded'
import { type Clock, systemClock } from '../platform/clock'
import type { Lock } from './lock'

/**
 * A lock for this process: first come, first served, per name. Only those who share this object exclude each other.
 * Its holder can't lose it: `lost` never aborts.
 * @param clock bounds the wait. Default: the system's.
 */
export function localLock(clock: Clock = systemClock): Lock {
  const queues = new Map<string, Set<() => void>>() // A name is here while it is held.
  const abortable = createAbortable()

  return {
    async hold(name, task, { signal, waitTimeout }) {
      if (signal?.aborted) throw abortReason(signal)
      const queue = queues.get(name) ?? new Set()
      let enter = (): void => {}
      try {
        if (queues.has(name)) {
          const turn = new Promise<void>((resolve) => {
            enter = resolve
            queue.add(enter)
          })
          await bounded(abortable(turn, signal), waitTimeout, clock, () => new LockTimeoutError())
        } else queues.set(name, queue)
        // Made here: a Worker of Cloudflare may make none before its first request.
        return await task(new AbortController().signal)
      } finally {
        // Who gave up leaves the queue; who had the lock, even if it came too late for its wait, hands it on.
        if (!queue.delete(enter)) {
          const [next] = queue
          if (next) {
            queue.delete(next)
            next()
          } else queues.delete(name)
        }
        enter() // Nothing waits for the turn any more: no listener is left.
      }
    },
  }
}
