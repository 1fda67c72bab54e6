import type { MaybePromise } from '../platform/maybe-promise'
import type { AuthScheme } from '../schemes/auth-scheme'
import type { Inspect } from './inspect'

/** The options of a client that its calls depend on, with their defaults filled in. */
export interface PipelineOptions {
  /** The origins that get credentials. */
  readonly origins: readonly string[]
  /** Whether the app named them: then calls to other origins pass through; else such a call is a mistake, and rejects. */
  readonly hasOwnOrigins: boolean
  /** What relative inputs resolve against. */
  readonly base: () => string | undefined
  /** The token and the revocation endpoint, each as it was written and in its normal spelling: they get no credentials of ours. */
  readonly endpoints: readonly string[]
  readonly schemes: Schemes
  readonly isUnauthorized?: IsUnauthorized | undefined
  readonly onEvent?: { readonly inspect?: Inspect | undefined } | undefined
  /** How long a callback of the app or a scheme may take, in milliseconds. */
  readonly limit: number
}

/** Strongest first. */
export type Schemes = readonly [AuthScheme, ...AuthScheme[]]

/** Whether a response means 401 though it doesn't say so. */
export type IsUnauthorized = (response: Response) => MaybePromise<boolean>
