import type { Challenge } from '../challenge/challenge'
import { parseChallenges } from '../challenge/parse-challenges'
import { originOf } from '../platform/origin'
import { type AuthorizationShape, authorizationShape } from './authorization-shape'
import { type BodyFacts, bodyFacts } from './body-facts'
import { type TokenFacts, tokenFacts } from './token-facts'

/** What is known of an exchange: as much as there is. Nothing of it is changed or read; hand in the body as text. */
export interface DiagnoseInput {
  readonly response?: Pick<Response, 'status' | 'headers' | 'url' | 'type'> | null | undefined
  /** The body of the response, where it was read. */
  readonly body?: string | null | undefined
  readonly request?:
    | {
        readonly method?: string | undefined
        readonly url?: string | undefined
        readonly headers?: HeadersInit | undefined
        readonly credentials?: string | undefined
      }
    | null
    | undefined
  /** The access token that was sent; else it is taken from the request's `Authorization`. */
  readonly tokens?: { readonly accessToken?: string | undefined; readonly expiresAt?: number | undefined } | null | undefined
  /** An event of the client: `decision`, `response`, `credentials-withheld`, `refresh-ended`, `request-failed`. */
  readonly event?: DiagnosedEvent | null | undefined
  /** What a refresh or a call was rejected with. */
  readonly error?: unknown
  /** The page's origin, where it is a browser's. */
  readonly pageOrigin?: string | null | undefined
  /** Milliseconds since the epoch. Only used beside the server's own `Date`, to find a wrong clock. */
  readonly now?: number | null | undefined
}

/** The client's events, as far as they tell of a refusal. */
export interface DiagnosedEvent {
  readonly type: string
  readonly status?: number | undefined
  readonly challenges?: readonly { readonly scheme: string; readonly error?: string | undefined }[] | undefined
  readonly reason?: string | undefined
  readonly row?: number | undefined
  readonly action?: string | undefined
  readonly outcome?: string | undefined
  readonly error?: unknown
}

/** The facts that rules read: extracted once, without a secret. */
export interface Evidence {
  readonly status: number | undefined
  readonly challenges: readonly Challenge[]
  /** Whether a `WWW-Authenticate` field could be read. */
  readonly hasChallengeField: boolean
  readonly crossOrigin: boolean
  readonly authorization: AuthorizationShape
  readonly token: TokenFacts | undefined
  readonly body: BodyFacts
  /** The server's clock; ours where it isn't readable. */
  readonly serverTime: number | undefined
  readonly now: number | undefined
  readonly withheld: 'origin' | 'endpoint' | 'caller' | undefined
  /** The OAuth error of a refresh, or the code of an error of ours. */
  readonly refresh:
    | { readonly outcome?: string | undefined; readonly error?: string | undefined; readonly code?: string | undefined }
    | undefined
  readonly networkError: string | undefined
  readonly request: {
    readonly method: string
    readonly hasCookies: boolean
    readonly credentials: string | undefined
    readonly hasApiKey: boolean
  }
  header(name: string): string | undefined
}

export function evidenceOf({ response, body, request, tokens, event, error, pageOrigin, now }: DiagnoseInput): Evidence {
  const headers = response?.headers
  const header = (name: string): string | undefined => headers?.get(name) ?? undefined
  const sent = new Headers(request?.headers)
  const field = header('www-authenticate')
  const fromEvent = (event?.challenges ?? []).map(({ scheme, error }) => ({ scheme, params: error === undefined ? {} : { error } }))
  const date = Date.parse(header('date') ?? '')
  const known = Object(error ?? (event?.type === 'refresh-ended' ? event.error : undefined))
  const origin = originOf(request?.url ?? response?.url)
  const authorization = authorizationShape(sent.get('authorization'), request !== undefined && request !== null)
  return {
    status: response?.status ?? event?.status,
    challenges: field === undefined ? fromEvent : parseChallenges(field),
    hasChallengeField: field !== undefined || fromEvent.length > 0,
    crossOrigin: Boolean(pageOrigin && origin && pageOrigin !== origin),
    authorization,
    token: tokenFacts(tokens?.accessToken ?? bearerOf(sent.get('authorization')), tokens?.expiresAt),
    body: bodyFacts(body ?? undefined, header('content-type')),
    serverTime: Number.isNaN(date) ? (now ?? undefined) : date,
    now: now ?? undefined,
    withheld: event?.type === 'credentials-withheld' ? (event.reason as Evidence['withheld']) : undefined,
    refresh:
      event?.type === 'refresh-ended' || known.code
        ? { outcome: event?.outcome, error: textOf(known.error), code: textOf(known.code) }
        : undefined,
    networkError: event?.type === 'request-failed' ? textOf(event.error) : known.name === 'TypeError' ? 'TypeError' : undefined,
    request: {
      method: (request?.method ?? 'GET').toUpperCase(),
      hasCookies: sent.has('cookie'),
      credentials: request?.credentials,
      hasApiKey: [...sent.keys()].some((name) => /api-?key/.test(name)),
    },
    header,
  }
}

function bearerOf(authorization: string | null): string | undefined {
  return /^(?:Bearer|DPoP)\s+(\S+)/i.exec(authorization ?? '')?.[1]
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value ? value : undefined
}
