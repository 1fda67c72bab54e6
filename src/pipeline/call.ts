import type { Challenge } from '../challenge/challenge'
import type { FetchLike } from '../platform/fetch-like'
import type { MaybePromise } from '../platform/maybe-promise'
import type { AuthScheme } from '../schemes/auth-scheme'
import type { Phase } from '../session/phase'
import type { AllowedOrigins } from './allowed-origins'
import type { Cause } from './decide'
import type { FreshnessOptions } from './freshness'
import type { RequestEvent } from './request-event'
import type { RequestTemplate } from './request-template'

/** What every call of a client shares. */
export interface PipelineOptions extends FreshnessOptions {
  readonly fetch: FetchLike
  readonly origins: AllowedOrigins
  /** Whether the app said where credentials may go; else a call elsewhere is a mistake. */
  readonly hasOwnOrigins: boolean
  /** The token and the revocation endpoint. */
  readonly endpoints: readonly string[]
  /** Strongest first. */
  readonly schemes: readonly [AuthScheme, ...AuthScheme[]]
  readonly isUnauthorized: ((response: Response) => MaybePromise<boolean>) | undefined
  /** Absent when nobody listens. */
  readonly emit: ((event: RequestEvent) => void) | undefined
  /** Counts the calls, for events. */
  readonly nextCall: () => number
}

/** One call, from its first send to its last. */
export interface Call {
  readonly id: number
  readonly template: RequestTemplate
  /** Absolute; exactly what is sent. */
  readonly url: string
  /** The phase it was first sent with: every send bears the same session. */
  readonly begun: Phase
  readonly answered: Set<Cause>
}

/** One send of a call, answered. */
export interface Sent {
  readonly attempt: number
  readonly phase: Phase
  /** Whether it carried credentials. */
  readonly attached: boolean
  readonly response: Response
  readonly challenges: readonly Challenge[]
}

/** Whether a call that began with `begun` may go on with `now`: the same session, or, for a safe method, one that may be. */
export function isSameSession(begun: Phase, now: Phase, isSafe: boolean): boolean {
  return now.epoch === begun.epoch && (now.doubt === begun.doubt || isSafe)
}
