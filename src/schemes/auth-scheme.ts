import type { Challenge } from '../challenge/challenge'
import type { FetchLike } from '../platform/fetch-like'
import type { MaybePromise } from '../platform/maybe-promise'
import type { TokenSet } from '../tokens/token-set'

/** A request about to be sent, as a scheme sees it. */
export interface OutgoingRequest {
  /** As `fetch` sends it: the usual ones in upper case, others as they are written. */
  readonly method: string
  /**
   * Absolute, as the call spells it. The platform sends it in its normal spelling, without a fragment: sign `new URL(url).href` up to
   * its `#`.
   */
  readonly url: string
  /** Made when first looked at; changes are sent. */
  readonly headers: Headers
  /**
   * The snapshot that will be sent; `null` for none, absent for what can be sent only once, and for a Request's own before it was copied.
   */
  readonly body?: RequestInit['body'] | undefined
  /** `headers.set`, without making `headers`: the cheap way when a scheme need not read what the caller set. */
  setHeader(name: string, value: string): void
  /** Sends cookies (`'include'`), unless the caller chose a credentials mode. */
  setCredentials(mode: NonNullable<RequestInit['credentials']>): void
  /** Adds a parameter to the query that is sent. `url` stays as it is, and so does what events tell. */
  setQuery(name: string, value: string): void
}

/** What was sent and what came back, for a scheme that may have an answer of its own. */
export interface Exchange {
  /** As `fetch` sends it: the usual ones in upper case, others as they are written. */
  readonly method: string
  /** Absolute, as the call spells it. */
  readonly url: string
  /** What came back. Look at status and headers; its body is the caller's. */
  readonly response: Response
  /** 0 for the first send of a call. */
  readonly attempt: number
  /** Whether the refused request carried this scheme's credentials. */
  readonly attached: boolean
  /** Whether the scheme has already answered in this call. */
  readonly answered: boolean
}

/**
 * The plug for a way to authenticate.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-11 RFC 9110 §11}
 */
export interface AuthScheme {
  /** The auth-scheme its challenges carry; `''` for one that has none (a cookie session, a key in its own header). */
  readonly name: string
  /** Headers it sets, in lower case: a request whose caller set one of them passes through untouched. */
  readonly headers: readonly string[]
  /** Whether it attaches the session's tokens; one that doesn't is never refreshed. */
  readonly usesTokens: boolean
  /** Whether the caller has put credentials into that URL: such a request passes through untouched. */
  isSetIn?(url: string): boolean
  /** Puts credentials on a request, or leaves it as it is: then the next scheme is asked. `tokens`: `null` where nobody is signed in. */
  attach(
    request: OutgoingRequest,
    tokens: TokenSet | null,
    context: {
      /** 0 for the first send of a call. */
      readonly attempt: number
      /**
       * How far the server's clock is ahead of ours, in milliseconds, by the `Date` of its last response; absent where unreadable.
       * Measured only if some scheme's `attach` declares all three parameters, without a default value for the third, or takes them as
       * `...rest`.
       */
      readonly serverTimeOffset?: number | undefined
    },
  ): MaybePromise<void>
  /** `'replay'`: send again with the same credentials; `'refresh'`: the credentials are used up; `'return'`: there is no answer. */
  answer?(challenge: Challenge, exchange: Exchange): 'replay' | 'refresh' | 'return'
  /**
   * Sees every response of an allowed origin, and of the token endpoint: nonces, `Authentication-Info`. `url` is the one that was asked
   * for: the `url` of a response may be empty.
   */
  observe?(response: Response, url?: string): void
  /**
   * Wraps the `fetch` that its requests go out with; `names` are its headers. A scheme with headers other than `Authorization` needs
   * `followRedirects` here, or its requests follow none: no platform drops such a header on the way to another origin.
   */
  redirects?(fetch: FetchLike, names: readonly string[]): FetchLike
  /** Adds to every token request what the scheme wants there, such as a DPoP proof (RFC 9449 §5). */
  tokenRequest?(request: OutgoingRequest): MaybePromise<void>
}
