import type { Clock } from '../platform/clock'
import { macrotask } from '../platform/macrotask'

/** Time that stands still until a test moves it; chance that is the same in every run. Give it to the client as `clock`. */
export interface TestClock extends Clock {
  /** Moves time on and wakes who is due, one after the other; each may sleep again on the way. Settles when nothing more goes on. */
  advance(ms: number): Promise<void>
  /** The wall clock jumps (a wrong clock, a laptop that slept); nobody wakes. In milliseconds, also negative. */
  jump(ms: number): void
  /** What `random()` gives from now on, each time. @default another number each time, the same ones in every run */
  chance(value: number): void
  /** How many sleep. */
  readonly sleeping: number
}

/**
 * Makes a clock that stands still.
 * @param start what `now()` says at first, in milliseconds since the epoch. Default: 2023-11-14T22:13:20Z.
 */
export function testClock(start = 1_700_000_000_000): TestClock {
  const sleepers = new Set<{ readonly due: number; wake(): void }>()
  let wall = start
  let elapsed = 0
  let seed = 987_654_321
  // Not one number for ever: two sessions of the same moment would have the same id.
  let random = (): number => {
    seed = (seed * 48_271) % modulus
    return seed / modulus
  }
  return {
    now: () => wall,
    random: () => random(),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const leave = (): void => {
          sleepers.delete(sleeper)
          signal?.removeEventListener('abort', stop)
        }
        const stop = (): void => {
          leave()
          reject(signal?.reason)
        }
        const sleeper = {
          due: elapsed + ms,
          wake() {
            leave()
            resolve()
          },
        }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', stop)
      }),
    async advance(ms) {
      const end = elapsed + ms
      await quiet()
      for (;;) {
        const next = [...sleepers].sort((a, b) => a.due - b.due).find(({ due }) => due <= end)
        const until = Math.max(elapsed, next?.due ?? end)
        wall += until - elapsed
        elapsed = until
        if (!next) return
        next.wake()
        await quiet()
      }
    },
    jump(ms) {
      wall += ms
    },
    chance(value) {
      random = () => value
    },
    get sleeping() {
      return sleepers.size
    },
  }
}

/** Of the Lehmer generator that C++ calls `minstd_rand`. */
const modulus = 2_147_483_647

const turns = 20

/** Settles once everything has gone on that can without time or a real network. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await macrotask()
}
