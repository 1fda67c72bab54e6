import type { ClientEvent } from 'authenticated-client'
import type { Diagnosis } from 'authenticated-client/diagnose'

/** Whose call it is: one of the two tabs, or an experiment of the page itself. */
export type Who = 'Tab A' | 'Tab B' | (string & {})

/** How a call ended: a status, or the name of the error that it was rejected with. */
export type Outcome = number | string

/** Something that happened in a client; `at` in milliseconds, by one clock for all frames of the page. */
export interface Heard {
  readonly at: number
  readonly who: Who
  readonly what: ClientEvent | Called | Settled | Diagnosed
}

/** The app asked. `call` counts as the client's events do. */
interface Called {
  readonly type: 'called'
  readonly call: number
  readonly method: string
  readonly path: string
}

interface Settled {
  readonly type: 'settled'
  readonly call: number
  readonly outcome: Outcome
}

/** An answer was a refusal, or a refresh failed, and this is why. */
export interface Diagnosed {
  readonly type: 'diagnosed'
  /** What was asked, such as `GET /me`, or what failed. */
  readonly of: string
  /** Absent for a refresh. */
  readonly status?: number | undefined
  readonly diagnosis: Diagnosis
}

/** A clock that all frames of the page share: `performance.now()` alone counts from each frame's own start. */
export function timeNow(): number {
  return performance.timeOrigin + performance.now()
}
