import type { Cause, Decision } from './decide'

/**
 * What happens to a call, without its secrets. `request`: it is sent, for the first time or again. `response`: what came.
 * `request-failed`: nothing came. `decision`: what is done about a response. `credentials-withheld`: it passed through without our
 * credentials. `step-up`: the app is asked for more than a refresh can give. `url` has neither query nor fragment.
 */
export type RequestEvent =
  | {
      readonly type: 'request'
      /** Counts the calls of this client. */
      readonly call: number
      /** 0 for the first send. */
      readonly attempt: number
      /** As `fetch` sends it: the usual ones in upper case, others as they are written. */
      readonly method: string
      /** Absolute, without query and fragment. */
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
      /** 0 for an opaque response. */
      readonly status: number
      /** The `WWW-Authenticate` challenges, reduced to what is no secret. */
      readonly challenges: readonly {
        /** The auth-scheme, as received. */
        readonly scheme: string
        /** The `error` parameter. */
        readonly error?: string | undefined
      }[]
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
      /** What is done. */
      readonly action: Decision['action']
      /** Which row of the decision table decided, from 1. */
      readonly row: number
      /** In a few words, for logs. */
      readonly reason: string
      /** What the request would be sent again for. */
      readonly cause: Cause
      /** What the handler's own `inspect` made of the response; `/diagnose` brings one. */
      readonly diagnosis?: unknown
      /** Of the response, where it was inspected. */
      readonly status?: number | undefined
    }
  /** The request passed through without our credentials. */
  | {
      readonly type: 'credentials-withheld'
      /** Absolute, without query and fragment. */
      readonly url: string
      /** Its origin is not allowed; it is the token or revocation endpoint; or the caller set a header of ours. */
      readonly reason: 'origin' | 'endpoint' | 'caller'
    }
  /** The app is asked for more than a refresh can give. */
  | {
      readonly type: 'step-up'
      /** The challenge's, or the token endpoint's. */
      readonly error: string
    }

/** Tells the app what happens to a call; absent when nobody listens. */
export type Tell = ((event: RequestEvent) => void) | undefined
