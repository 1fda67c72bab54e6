import type { FetchLike } from '../platform/fetch-like'
import type { MaybePromise } from '../platform/maybe-promise'
import type { AuthScheme } from '../schemes/auth-scheme'
import type { Phase } from '../session/phase'
import type { Freshness, FreshnessOptions } from './freshness'
import type { RequestEvent } from './request-event'
import type { RequestTemplate } from './request-template'

/** What every call of a client shares. */
export interface PipelineOptions extends FreshnessOptions {
  readonly freshness: Freshness
  readonly fetch: FetchLike
  /** The origins that get credentials. */
  readonly origins: readonly string[]
  /** Whether the app named them; else a call elsewhere is a mistake. */
  readonly hasOwnOrigins: boolean
  /** What relative inputs resolve against. */
  readonly base: () => string | undefined
  /** The token and the revocation endpoint. */
  readonly endpoints: readonly string[]
  /** Strongest first. */
  readonly schemes: readonly [AuthScheme, ...AuthScheme[]]
  readonly isUnauthorized?: ((response: Response) => MaybePromise<boolean>) | undefined
  /** Throws once the client is disposed. */
  readonly assertLive: () => void
  /** Absent when nobody listens. */
  readonly tell: ((event: RequestEvent) => void) | undefined
}

/** Why a request goes out without our credentials. */
export type Withheld = 'origin' | 'endpoint' | 'caller'

/** One call, from its first send to its last. */
export interface Call {
  readonly id: number
  readonly template: RequestTemplate
  readonly withheld: Withheld | undefined
  /** How often it has been sent again. */
  attempt: number
  /** What it was last sent with. */
  phase: Phase
}
