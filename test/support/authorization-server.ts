import type { Clock, FetchLike, TokenSet } from 'authenticated-client'
import { type IssuedTokens, TokenFamilies } from 'authenticated-client/testing'

/** A request as it arrived. */
export interface Arrival {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  /** What `fetch` was given, parsed. */
  readonly request: Request
  /** What `fetch` was given, as it was given. */
  readonly given: { readonly input: RequestInfo | URL; readonly init: RequestInit | undefined }
  /** The body, as a server counted it. */
  readonly text: Promise<string>
}

/** Answers a request, or `undefined` to leave it to the usual behaviour. May hang, throw, or look at the request. */
export type Answer = (arrival: Arrival) => Response | undefined | Promise<Response | undefined>

export interface Server {
  readonly origin: string
  /** Everything that arrived, in order; logged before `fetch` returns. */
  readonly requests: readonly Arrival[]
  /** The next requests get these answers, one each, in order. */
  next(...answers: readonly Answer[]): void
  /** Every request gets this answer until it says `undefined`; `always(undefined)` ends it. */
  always(answer: Answer | undefined): void
  answer(arrival: Arrival): Promise<Response>
}

/** The in-memory network: one `fetch` in front of some servers. An unknown host is a network error, an abort ends the wait. */
export function network(...servers: readonly Server[]): FetchLike {
  return (input, init) => {
    const arrival = arrive(input, init)
    const server = servers.find(({ origin }) => origin === new URL(arrival.url).origin)
    if (!server) return Promise.reject(new TypeError('fetch failed'))
    return unlessAborted(server.answer(arrival), arrival.request.signal)
  }
}

export interface AuthorizationServerOptions {
  readonly origin?: string
  readonly clock?: Pick<Clock, 'now'>
  /** In seconds; `null`: the server doesn't say. @default 3600 */
  readonly expiresIn?: number | null
}

/** RFC 6749 with single-use rotating refresh tokens: who presents a consumed one loses the whole session (RFC 9700 §4.14.2). */
export interface AuthorizationServer extends Server {
  readonly tokenEndpoint: string
  readonly revocationEndpoint: string
  /** A new session. */
  signIn(): TokenSet
  /** Whether two tokens came of one sign-in. */
  isSameSession(one: string | undefined, other: string | undefined): boolean
  /** Whether the API may serve this token now. */
  accepts(accessToken: string): boolean
  /** The API refuses every access token given so far, though their time is not over. */
  spoilAccessTokens(): void
  /** Ends the session that a token belongs to. */
  revoke(token: string): void
  /** Requests to the token endpoint; `requests` holds those to the revocation endpoint as well. */
  readonly tokenRequests: readonly Arrival[]
  /** Successful refreshes. */
  readonly refreshes: number
  /** How often a consumed refresh token was presented. */
  readonly reuses: number
  /** Tokens received at the revocation endpoint. */
  readonly revoked: readonly string[]
}

export function authorizationServer(options: AuthorizationServerOptions = {}): AuthorizationServer {
  const { origin = 'https://login.example.com', clock = { now: Date.now }, expiresIn = 3600 } = options
  const tokens = new TokenFamilies({ lifetime: (expiresIn ?? Number.POSITIVE_INFINITY) * 1000 }, () => clock.now())
  const revoked: string[] = []

  const setOf = ({ accessToken, refreshToken }: IssuedTokens): TokenSet => ({
    accessToken,
    refreshToken,
    tokenType: 'Bearer',
    ...(expiresIn !== null && { expiresAt: clock.now() + expiresIn * 1000 }),
  })
  const body = ({ accessToken, refreshToken }: Partial<IssuedTokens>): Record<string, unknown> => ({
    access_token: accessToken,
    token_type: 'Bearer',
    ...(expiresIn !== null && { expires_in: expiresIn }),
    ...(refreshToken && { refresh_token: refreshToken }),
  })

  const server = serverAt(origin, async (arrival) => {
    const form = new URLSearchParams(await arrival.text)
    if (arrival.url === `${origin}/revoke`) {
      revoked.push(form.get('token') ?? '')
      tokens.revoke(form.get('token') ?? '')
      return new Response(null)
    }
    if (arrival.url !== `${origin}/token` || arrival.method !== 'POST') return json(404, {})
    if (form.get('grant_type') === 'client_credentials') return json(200, body({ ...tokens.signIn(), refreshToken: '' }))
    if (form.get('grant_type') !== 'refresh_token') return json(400, { error: 'unsupported_grant_type' })
    const issued = tokens.refresh(form.get('refresh_token') ?? '')
    return issued ? json(200, body(issued)) : json(400, { error: 'invalid_grant' })
  })

  return {
    ...server,
    tokenEndpoint: `${origin}/token`,
    revocationEndpoint: `${origin}/revoke`,
    signIn: () => setOf(tokens.signIn()),
    isSameSession: (one = '', other = '') => tokens.familyOf(one) !== undefined && tokens.familyOf(one) === tokens.familyOf(other),
    accepts: (accessToken) => tokens.accepts(accessToken) !== undefined,
    spoilAccessTokens: () => tokens.spoilAccessTokens(),
    revoke: (token) => tokens.revoke(token),
    revoked,
    get tokenRequests() {
      return server.requests.filter(({ url }) => url === `${origin}/token`)
    },
    get refreshes() {
      return tokens.refreshes
    },
    get reuses() {
      return tokens.reuses
    },
  }
}

/** An API that serves who brings an access token that the authorization server vouches for; others get `Bearer error="invalid_token"`. */
export function api(authorizationServer: Pick<AuthorizationServer, 'accepts'>, origin = 'https://api.example.com'): Server {
  return serverAt(origin, async (arrival) => {
    const text = await arrival.text
    const token = /^Bearer (.+)$/.exec(arrival.headers.get('authorization') ?? '')?.[1]
    if (token === undefined) return unauthorized('Bearer realm="api"')
    if (!authorizationServer.accepts(token)) return unauthorized('Bearer realm="api", error="invalid_token"')
    return json(200, { token, method: arrival.method, url: arrival.url, body: text })
  })
}

/** A server that answers 200 to everything, whoever asks. */
export function openServer(origin: string): Server {
  return serverAt(origin, () => json(200, { origin }))
}

/** A 401; without a challenge it has no `WWW-Authenticate`. */
export function unauthorized(
  challenge?: string,
  init: { readonly status?: number; readonly body?: BodyInit; readonly url?: string } = {},
): Response {
  const headers = new Headers(challenge === undefined ? {} : { 'WWW-Authenticate': challenge })
  return at(new Response(init.body ?? 'refused', { status: init.status ?? 401, headers }), init.url)
}

export function json(status: number, value: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(value), { status, headers: { 'Content-Type': 'application/json', ...headers } })
}

/** A response as `fetch` gives it, with the URL it came from. */
export function at(response: Response, url: string | undefined): Response {
  return url === undefined ? response : Object.defineProperty(response, 'url', { value: url })
}

/** A server that never answers. */
export const silence: Answer = () => new Promise(() => {})

function serverAt(origin: string, usual: (arrival: Arrival) => Response | Promise<Response>): Server {
  const requests: Arrival[] = []
  const script: Answer[] = []
  let standing: Answer | undefined
  return {
    origin,
    requests,
    next: (...answers) => void script.push(...answers),
    always(answer) {
      standing = answer
    },
    async answer(arrival) {
      requests.push(arrival)
      return (await script.shift()?.(arrival)) ?? (await standing?.(arrival)) ?? usual(arrival)
    },
  }
}

function arrive(input: RequestInfo | URL, init: RequestInit | undefined): Arrival {
  const request = new Request(input, init)
  const text = request.text()
  // A caller may abort or break its own body; who reads `text` hears of it.
  text.catch(() => {})
  return { method: request.method, url: request.url, headers: request.headers, request, given: { input, init }, text }
}

function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop)
    promise.finally(() => signal.removeEventListener('abort', stop)).then(resolve, reject)
  })
}
