import type { Clock } from 'authenticated-client'
import { realSleep } from './real-sleep.ts'

/** Real time, but each look at it is ten seconds later than the last: no cool-down outlasts a call. */
export function impatientClock(): Clock {
  let shift = 0
  return {
    now: () => {
      shift += 10_000
      return Date.now() + shift
    },
    random: Math.random,
    sleep: realSleep,
  }
}
