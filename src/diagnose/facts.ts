import type { Challenge } from '../challenge/challenge'
import { parseChallenges } from '../challenge/parse-challenges'
import { originOf } from '../platform/origin'
import type { DiagnosedEvent, DiagnoseInput } from './diagnose-input'
import { harmless } from './harmless'
import { type JsonObject, jwtParts, mostSeconds, objectOf, textAt } from './jwt-parts'
import { jsonOf, saidBy, saidInFields } from './said-by'
import { isMasked, ownFields, secretsOf } from './secrets'
import { serverTimeOf } from './server-time'

/** What all rules look at. */
export interface Facts {
  /** Of the response, or else of the event. */
  readonly status: number | undefined
  /** Those of the response, or else of the event. */
  readonly challenges: readonly Challenge[]
  /** The code that the challenge, the body or the event gives as `error`; empty where none does. */
  readonly error: string
  /** What the server says, each by itself. */
  readonly said: readonly string[]
  /** All of it in words, lower case: descriptions, titles, messages. */
  readonly words: string
  /** The same as a sentence of evidence; empty where it says nothing. */
  readonly quote: string
  /** Any other text of the server, fit to be shown: what was sent may be repeated there too. */
  readonly harmless: (text: string) => string
  /** The body, where it is a JSON object. */
  readonly json: JsonObject | undefined
  /** Whether the body is a page. */
  readonly html: boolean
  readonly hasResponse: boolean
  readonly hasRequest: boolean
  /** A browser's answer from another origin: it shows no header that isn't exposed, not even what is. */
  readonly isCors: boolean
  /** A header of the response; empty where it is absent. */
  readonly answered: (header: string) => string
  /** A header of the request; empty where it is absent. */
  readonly sent: (header: string) => string
  /** The names of the fields that the app set: any may hold a key. */
  readonly ownFields: readonly string[]
  readonly url: string
  /** The origin that answered, where it isn't the one that was asked: a redirect led there. */
  readonly redirectedTo: string | undefined
  readonly method: string
  readonly credentialsMode: string
  /** The Authorization of the request, where it shows one. */
  readonly authorization: string | undefined
  /** The auth-scheme that was sent, lower case. */
  readonly scheme: string
  /** What is in `token`, where that is a JWT. */
  readonly jwt: { readonly header: JsonObject; readonly claims: JsonObject } | undefined
  /** The access token that was sent: the request's, or the session's where the request shows none. */
  readonly token: string | undefined
  /** Of the session's tokens. */
  readonly tokenType: string | undefined
  /** When `token` expires; as the next two in milliseconds since the epoch. */
  readonly expiresAt: number | undefined
  readonly serverTime: number | undefined
  readonly now: number | undefined
  readonly event: DiagnosedEvent | undefined
  readonly expected: NonNullable<DiagnoseInput['expected']>
  /** The OAuth error of a refresh that failed, or its error's code. */
  readonly refreshError: string
}

export function factsOf(input: DiagnoseInput): Facts {
  const { response, request, tokens, event, now, expected } = input
  const answered = (name: string) => response?.headers.get(name) ?? ''
  const sent = (name: string) => request?.headers.get(name) ?? ''
  const authorization = request?.headers.get('authorization') ?? undefined
  const [, sentScheme = '', sentToken] = /^([^\s:]+)(?:\s+|:\s*)(\S+)/.exec(authorization ?? '') ?? []
  const scheme = (sentScheme || (authorization === undefined ? (event?.scheme ?? '') : '')).toLowerCase()
  const shownToken = isMasked(authorization) ? undefined : sentToken
  // Credentials of another scheme went in place of the session's token.
  const isTokenSent = /^(bearer|dpop)$/.test(scheme) || authorization === undefined
  const token = isTokenSent ? (shownToken ?? tokens?.accessToken) : undefined
  const jwt = jwtParts(token)
  const challenges = response ? parseChallenges(answered('www-authenticate')) : challengesOf(event)
  const status = response?.status ?? event?.status
  const json = status && status < 300 ? objectOf(input.body) : jsonOf(input.body) // There, a list is what was asked for.
  const html = isHtml(answered('content-type'), input.body)
  const leading = challenges.find(({ params }) => params.error)
  const descriptions = challenges.map(({ params }) => params.error_description ?? params.oauth_problem)
  const said = [
    ...new Set([...descriptions, ...saidInFields(answered), ...saidBy(json, input.body, html)].filter((text): text is string => !!text)),
  ]
  const secrets = secretsOf(input)
  const url = String(request?.url ?? event?.url ?? '') // Untyped callers hand in a `URL`.
  const { url: answeredBy } = Object(response) as { readonly url?: unknown } // A `Response` has one.
  const [asked, origin] = [originOf(url), originOf(String(answeredBy))]
  const exp = jwt?.claims.exp
  const hasExpiry = typeof exp === 'number' && exp < mostSeconds // Beyond, it is counted in milliseconds, and says nothing.
  const { accessToken, expiresAt = 0 } = tokens ?? {}
  const isInSeconds = expiresAt > 1e9 && expiresAt < mostSeconds // The client, too, takes that for unknown.
  const isSessionExpiry = token && token === accessToken && !isInSeconds
  return {
    status,
    challenges,
    error: leading?.params.error ?? textAt(json, 'error') ?? errorReason(event),
    said,
    words: said.join(' ').toLowerCase(),
    quote: said.length ? `The server says: “${harmless(said.join(' · '), secrets)}”` : '',
    harmless: (text) => harmless(text, secrets),
    json,
    html,
    hasResponse: !!response,
    hasRequest: !!request,
    isCors: response?.type === 'cors',
    answered,
    sent,
    ownFields: ownFields(request?.headers).map(([name]) => name.toLowerCase()),
    url,
    redirectedTo: asked && origin !== asked ? origin : undefined,
    method: request?.method ?? event?.method ?? 'GET',
    credentialsMode: request?.credentials ?? '',
    authorization,
    scheme,
    jwt,
    token,
    tokenType: tokens?.tokenType,
    expiresAt: hasExpiry ? exp * 1000 : isSessionExpiry ? tokens?.expiresAt : undefined,
    serverTime: serverTimeOf(answered),
    now,
    event,
    expected: { audience: expected?.audience ?? undefined, issuer: expected?.issuer ?? undefined }, // Untyped callers say null.
    refreshError: event?.type === 'refresh-ended' ? refreshErrorOf(event.error) : '',
  }
}

/** Express and PHP call a few words HTML, too. */
function isHtml(type: string, body: string | undefined): boolean {
  return /^\s*<(!doctype|html)/i.test(body ?? '') || (/text\/html/i.test(type) && (body === undefined || /<[a-z!]/i.test(body)))
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
