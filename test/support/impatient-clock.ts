import type { Clock } from 'authenticated-client'

/** Real time, but each look at it is ten seconds later than the last: no cool-down outlasts a call. */
export function impatientClock(): Clock {
  let shift = 0
  return {
    now: () => {
      shift += 10_000
      return Date.now() + shift
    },
    random: Math.random,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, ms)
        signal?.addEventListener('abort', () => {
          clearTimeout(timer)
          reject(signal.reason)
        })
      }),
  }
}
