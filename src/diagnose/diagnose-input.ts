import type { TokenSet } from '../tokens/token-set'

/** An event of the client, by its shape: any `ClientEvent` will do. */
export interface DiagnosedEvent {
  /** Which it is, such as `decision`, `response` or `refresh-ended`. */
  readonly type: string
  /** Counts the calls of a client: `explainTo` knows by it which events belong together. */
  readonly call?: number | undefined
  /** 0 for the first send. */
  readonly attempt?: number | undefined
  /** In upper case. @default 'GET' */
  readonly method?: string | undefined
  /** Absolute, without query and fragment. */
  readonly url?: string | undefined
  /** The auth-scheme whose credentials were sent; a `request` that names none carried none. */
  readonly scheme?: string | undefined
  /** Of the response; 0 for an opaque one. */
  readonly status?: number | undefined
  /** Those of `WWW-Authenticate` (RFC 9110 §11.6.1), reduced to what is no secret. */
  readonly challenges?:
    | readonly {
        /** The auth-scheme, as received. */
        readonly scheme: string
        /** The `error` parameter (RFC 6750 §3.1). */
        readonly error?: string | undefined
      }[]
    | undefined
  /** Of a `decision`: what is done about the response. */
  readonly action?: string | undefined
  /** Why a `decision` was made, in a few words or as the server's error code; or why credentials were withheld. */
  readonly reason?: string | undefined
  /** Of a `refresh-ended`: how it came out; `rejected`, `unavailable` and `misconfigured` are the ways it fails. */
  readonly outcome?: string | undefined
  /** Of a `refresh-ended`, the error itself; of a `request-failed`, its name. */
  readonly error?: unknown
  /** When, in milliseconds since the epoch. */
  readonly at?: number | undefined
  /** What `diagnosed` or `explainTo` has put there. */
  readonly diagnosis?: unknown
}

/** Header fields, by their shape: any `Headers` will do. Where it has a `forEach` too, keys in fields of any name are found. */
export type HeadersLike = Pick<Headers, 'get'>

/** What is known of a refusal: any part of it will do; the more, the surer. */
export interface DiagnoseInput {
  /** What came: a `Response`, or what is left of one. Counts before what the event says of it. */
  readonly response?:
    | {
        /** 0 for an opaque response. */
        readonly status: number
        /** As received; `WWW-Authenticate` (RFC 9110 §11.6.1) says most, `Date` and `Age` tell the server's clock. */
        readonly headers: HeadersLike
        /** As of a `Response`. With `cors`, a header that is not there may have been hidden. */
        readonly type?: string | undefined
      }
    | undefined
  /** As it was sent. A `Request` that a browser made has lost `Cookie`; one that the client made, the credentials: hand in `tokens`. */
  readonly request?:
    | {
        /** In upper case; where absent, the event's. @default 'GET' */
        readonly method?: string | undefined
        /** With its query: a token or a key may be there. */
        readonly url: string
        /** With the credentials, where it carried any: no output repeats them. */
        readonly headers: HeadersLike
        /** As of a `Request`: `omit` sends no cookie; with `include` and `same-origin`, one may have gone unseen. */
        readonly credentials?: string | undefined
      }
    | undefined
  /** The text of the response, where the caller has read it. */
  readonly body?: string | undefined
  /** The session's. Its access token counts as sent where the request shows no credentials; its `expiresAt`, where that has no `exp`. */
  readonly tokens?: TokenSet | undefined
  /** An event of the client, for what response and request don't say; without them, the `diagnosis` on it is the answer. */
  readonly event?: DiagnosedEvent | undefined
  /** What the API takes, where the caller knows. */
  readonly expected?:
    | {
        /** What `aud` must hold (RFC 7519 §4.1.3), letter for letter. */
        readonly audience?: string | undefined
        /** What `iss` must be (RFC 7519 §4.1.1), letter for letter. */
        readonly issuer?: string | undefined
      }
    | undefined
  /** The clock of this machine, in milliseconds since the epoch: only with it can a skew be told. */
  readonly now?: number | undefined
}
