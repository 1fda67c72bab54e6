import type { TokenSet } from '../tokens/token-set'

/** Looks at a response that may be a refusal; what it returns, or its promise gives, stands on the `decision` as `diagnosis`. */
export type Inspect = (inspected: Inspected) => unknown

/** A response, with the request that it answers and the tokens of the session: secrets that no event holds. */
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
