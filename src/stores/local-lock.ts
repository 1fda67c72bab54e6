import { abortReason } from '../platform/abortable'
import { type Clock, systemClock } from '../platform/clock'
import { limitWait } from './limit-wait'
import type { Lock } from './lock'

/**
 * A lock for this process: first come, first served, per name. Only those who share this object exclude each other.
 * Its holder can't lose it: `lost` never aborts.
 * @param clock bounds the wait. Default: the system's.
 */
export function localLock(clock: Clock = systemClock): Lock {
  const queues = new Map<string, Set<() => void>>() // A name is here while it is held.

  return {
    async hold(name, task, options) {
      if (options.signal?.aborted) throw abortReason(options.signal)
      const queue = queues.get(name) ?? new Set()
      if (queues.has(name)) {
        await new Promise<void>((resolve, reject) => {
          const enter = (): void => {
            stop()
            queue.delete(enter)
            resolve()
          }
          const stop = limitWait(options, clock, (reason) => {
            queue.delete(enter)
            reject(reason)
          })
          queue.add(enter)
        })
      } else queues.set(name, queue)

      try {
        return await task(new AbortController().signal)
      } finally {
        const [next] = queue
        if (next) next()
        else queues.delete(name)
      }
    },
  }
}
