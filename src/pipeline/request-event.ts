import type { Cause, Decision } from './decide'

/** What happens to a call, without its secrets: `url` has neither query nor fragment. */
export type RequestEvent =
  | {
      readonly type: 'request'
      /** Counts the calls of this client. */
      readonly call: number
      /** 0 for the first send. */
      readonly attempt: number
      readonly method: string
      readonly url: string
      /** The auth-scheme whose credentials it carries; absent where it carries none. */
      readonly scheme?: string | undefined
      /** Of the tokens it carries. */
      readonly generation: number
    }
  | {
      readonly type: 'response'
      readonly call: number
      readonly attempt: number
      readonly status: number
      /** The `WWW-Authenticate` challenges, reduced to what is no secret. */
      readonly challenges: readonly { readonly scheme: string; readonly error?: string | undefined }[]
    }
  /** The network failed, or the caller aborted: no response came. */
  | {
      readonly type: 'request-failed'
      readonly call: number
      readonly attempt: number
      /** The error's name: `TypeError` for the network (and CORS), `AbortError`, `TimeoutError`. */
      readonly error: string
    }
  | {
      readonly type: 'decision'
      readonly call: number
      readonly attempt: number
      readonly action: Decision['action']
      /** Of the decision table. */
      readonly row: number
      readonly reason: string
      readonly cause: Cause
      /** What the handler's own `inspect` made of the response, and its status; `/diagnose` brings one. */
      readonly diagnosis?: unknown
      readonly status?: number | undefined
    }
  /** The request passed through without our credentials. */
  | { readonly type: 'credentials-withheld'; readonly url: string; readonly reason: 'origin' | 'endpoint' | 'caller' }
  /** The app is asked for more than a refresh can give. */
  | { readonly type: 'step-up'; readonly error: string }
