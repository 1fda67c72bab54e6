import type { Challenge } from '../challenge/challenge'
import { parseChallenges } from '../challenge/parse-challenges'
import type { TokenSet } from '../tokens/token-set'
import { harmless } from './harmless'
import { type JsonObject, jwtParts, mostSeconds, textAt } from './jwt-parts'
import { jsonOf, saidBy } from './said-by'
import { isMasked, ownFields, secretsOf } from './secrets'
import { serverTimeOf } from './server-time'

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
        readonly type?: string
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
        /** As of a `Request`; nothing is concluded from it. */
        readonly mode?: string | undefined
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

/** What all rules look at. */
export interface Facts {
  readonly status: number | undefined
  readonly challenges: readonly Challenge[]
  readonly error: string
  /** What the server says in words, lower case: descriptions, titles, messages. */
  readonly words: string
  /** The same as evidence. */
  readonly quote: string | undefined
  readonly json: JsonObject | undefined
  readonly html: boolean
  readonly hasResponse: boolean
  readonly hasRequest: boolean
  /** A browser's answer from another origin: it shows no header that isn't exposed, not even what is. */
  readonly isCors: boolean
  readonly answered: (header: string) => string
  readonly sent: (header: string) => string
  /** The names of the fields that the app set: any may hold a key. */
  readonly ownFields: readonly string[]
  readonly url: string
  readonly method: string
  readonly credentialsMode: string
  readonly authorization: string | undefined
  /** The auth-scheme that was sent, lower case. */
  readonly scheme: string
  readonly jwt: { readonly header: JsonObject; readonly claims: JsonObject } | undefined
  readonly token: string | undefined
  readonly expiresAt: number | undefined
  readonly serverTime: number | undefined
  readonly now: number | undefined
  readonly event: DiagnosedEvent | undefined
  readonly expected: NonNullable<DiagnoseInput['expected']>
  /** The OAuth error of a refresh that failed, or its error's code. */
  readonly refreshError: string
}

export function factsOf(input: DiagnoseInput): Facts {
  const { response, request, tokens, event, now, expected = {} } = input
  const answered = (name: string) => response?.headers.get(name) ?? ''
  const sent = (name: string) => request?.headers.get(name) ?? ''
  const authorization = request?.headers.get('authorization') ?? undefined
  const [, sentScheme = '', sentToken] = /^([^\s:]+)(?:\s+|:\s*)(\S+)/.exec(authorization ?? '') ?? []
  const scheme = (sentScheme || (authorization === undefined ? (event?.scheme ?? '') : '')).toLowerCase()
  const token = /^(bearer|dpop)$/.test(scheme)
    ? ((isMasked(authorization) ? undefined : sentToken) ?? tokens?.accessToken)
    : authorization === undefined
      ? tokens?.accessToken
      : undefined
  const jwt = jwtParts(token)
  const challenges = response ? parseChallenges(answered('www-authenticate')) : challengesOf(event)
  const json = jsonOf(input.body)
  const html = /text\/html/i.test(answered('content-type')) || /^\s*<(!doctype|html)/i.test(input.body ?? '')
  const leading = challenges.find(({ params }) => params.error)
  const descriptions = challenges.map(({ params }) => params.error_description)
  const said = [...new Set([...descriptions, ...saidBy(json, input.body, html)].filter((text) => text !== undefined))]
  const secrets = secretsOf(input)
  const exp = jwt?.claims.exp
  return {
    status: response?.status ?? event?.status,
    challenges,
    error: leading?.params.error ?? textAt(json, 'error') ?? errorReason(event),
    words: said.join(' ').toLowerCase(),
    quote: said.length ? `The server says: “${harmless(said.join(' · '), secrets)}”` : undefined,
    json,
    html,
    hasResponse: !!response,
    hasRequest: !!request,
    isCors: response?.type === 'cors',
    answered,
    sent,
    ownFields: ownFields(request?.headers).map(([name]) => name.toLowerCase()),
    url: request?.url ?? event?.url ?? '',
    method: request?.method ?? event?.method ?? 'GET',
    credentialsMode: request?.credentials ?? '',
    authorization,
    scheme,
    jwt,
    token,
    // Beyond, it is counted in milliseconds, and says nothing.
    expiresAt:
      typeof exp === 'number' && exp < mostSeconds ? exp * 1000 : token && token === tokens?.accessToken ? tokens?.expiresAt : undefined,
    serverTime: serverTimeOf(answered),
    now,
    event,
    expected,
    refreshError: event?.type === 'refresh-ended' ? refreshErrorOf(event.error) : '',
  }
}

function challengesOf(event: DiagnosedEvent | undefined): readonly Challenge[] {
  return (event?.challenges ?? []).map(({ scheme, error }) => ({ scheme, params: error === undefined ? {} : { error } }))
}

/** A decision's reason may be the server's error code. */
function errorReason(event: DiagnosedEvent | undefined): string {
  return event?.type === 'decision' && /^[a-z]+(_[a-z]+)+$/.test(event.reason ?? '') ? (event.reason ?? '') : ''
}

function refreshErrorOf(error: unknown): string {
  const { error: oauth, cause, code } = Object(error) as { error?: unknown; cause?: unknown; code?: unknown }
  if (typeof oauth === 'string') return oauth
  const inner = (Object(cause) as { error?: unknown }).error
  return typeof inner === 'string' ? inner : typeof code === 'string' ? code : ''
}
