import type { Clock } from '../../src/platform/clock'

/** A clock that stands still until a test moves it. */
export interface HandClock extends Clock {
  /** Moves time on and wakes who is due, in the order in which they are due. */
  advance(ms: number): void
  /** Sets the wall clock; nobody wakes. */
  set(now: number): void
  /** How many sleep. */
  readonly sleeping: number
}

export function handClock(): HandClock {
  const sleepers = new Set<{ left: number; wake: () => void }>()
  let now = 1_700_000_000_000
  return {
    now: () => now,
    random: () => 0.5,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const stop = (): void => {
          sleepers.delete(sleeper)
          reject(signal?.reason)
        }
        const wake = (): void => {
          sleepers.delete(sleeper)
          signal?.removeEventListener('abort', stop)
          resolve()
        }
        const sleeper = { left: ms, wake }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', stop)
      }),
    advance(ms) {
      now += ms
      for (const sleeper of sleepers) sleeper.left -= ms
      for (const sleeper of [...sleepers].sort((a, b) => a.left - b.left)) if (sleeper.left <= 0) sleeper.wake()
    },
    set(value) {
      now = value
    },
    get sleeping() {
      return sleepers.size
    },
  }
}
