import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from 'authenticated-client'

const hour = 3_600_000

/** A device whose clock is an hour slow: to its mind an expired token is still good. Only a 401 can tell it the truth. */
export const slowClock: Clock = {
  now: () => Date.now() - hour,
  random: () => Math.random(),
  sleep: (ms, signal) =>
    pause(ms, undefined, { ...(signal && { signal }) }).catch(() => {
      throw signal?.reason
    }),
}
