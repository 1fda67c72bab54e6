import type { MaybePromise } from '../platform/maybe-promise'
import type { AuthScheme } from '../schemes/auth-scheme'
import type { TokenSet } from '../tokens/token-set'
import type { RequestEvent } from './request-event'

/** What the app has chosen, as far as every call of a client needs it. */
export interface PipelineOptions {
  /** The origins that get credentials. */
  readonly origins: readonly string[]
  /** Whether the app named them; else a call elsewhere is a mistake. */
  readonly hasOwnOrigins: boolean
  /** What relative inputs resolve against. */
  readonly base: () => string | undefined
  /** The token and the revocation endpoint. */
  readonly endpoints: readonly string[]
  /** Strongest first. */
  readonly schemes: Schemes
  readonly isUnauthorized?: IsUnauthorized | undefined
  readonly onEvent?: { readonly inspect?: Inspect | undefined } | undefined
  /** How long an answer of the app's may take, in milliseconds. */
  readonly limit: number
}

export type Schemes = readonly [AuthScheme, ...AuthScheme[]]

export type IsUnauthorized = (response: Response) => MaybePromise<boolean>

/** What a handler of events may look at, which no event holds. */
export interface Inspected {
  /** What came. Its body is the caller's: clone it to read it. */
  readonly response: Response
  /** What was sent, with its credentials. */
  readonly request: {
    /** As `fetch` sends it: the usual ones in upper case, others as they are written. */
    readonly method: string
    /** Absolute, with its query. */
    readonly url: string
    /** As they were sent, the credentials among them. */
    readonly headers: Headers
  }
  /** The session's; `null` where it has none. */
  readonly tokens: TokenSet | null
  /** The clock of this client, in milliseconds since the epoch. */
  readonly now: number
}

/** Looks at a response that may be a refusal; what it returns, or its promise gives, stands on the `decision` as `diagnosis`. */
export type Inspect = (inspected: Inspected) => unknown

/** Tells the app what happens to a call; absent when nobody listens. */
export type Tell = ((event: RequestEvent) => void) | undefined
