import {
  AuthenticatedClient,
  type AuthenticatedClientOptions,
  type ClientEvent,
  type FetchLike,
  type LogoutEvent,
  type TokenSet,
} from 'authenticated-client'
import { type AuthorizationServer, api, authorizationServer, network, type Server } from '../support/authorization-server.ts'
import { quiet, type TestClock, testClock } from '../support/clock.ts'
import { deferred } from '../support/deferred.ts'

export const url = 'https://api.example.com/me'

/** How the access token of a signed-in user stands: an hour to go; refused by the API though not over; past its expiry. */
export type Standing = 'fresh' | 'refused' | 'expired'

/** What the app around the client holds, and hears from it. */
export interface App {
  tokens: TokenSet | null
  reads: number
  clears: number
  readonly saves: { readonly next: TokenSet; readonly previous: TokenSet | null }[]
  readonly logouts: LogoutEvent[]
  readonly events: ClientEvent[]
}

/** An app with plain callbacks, an authorization server and an API, on a clock that the test moves. */
export interface World {
  readonly clock: TestClock
  readonly login: AuthorizationServer
  readonly resource: Server
  readonly app: App
  /** Access tokens that the API serves though the authorization server never gave them. */
  readonly accepted: Set<string>
  /** The network, as `fetch` sees it. */
  readonly fetch: FetchLike
  /** What the app starts with: signed in before the client is made. */
  restore(standing: Standing, fields?: Partial<TokenSet>): TokenSet
  /** A client of this app; a `store` takes the place of the callbacks. */
  client(options?: AuthenticatedClientOptions): AuthenticatedClient
  /** Requests to `to` still reach their server, but the answers wait until the result is called. */
  hold(to: string): () => void
  /** Events of one type. */
  events<Type extends ClientEvent['type']>(type: Type): Extract<ClientEvent, { type: Type }>[]
  inTime<Value>(promise: Promise<Value>, atMost?: number): Promise<Value>
}

/** Chance is another one for every `seed`, and the same one for the same seed. */
export function world(seed = 1): World {
  const clock: TestClock = Object.assign(testClock(), { random: chance(seed) })
  const login = authorizationServer({ clock })
  const accepted = new Set<string>()
  const resource = api({ accepts: (token) => accepted.has(token) || login.accepts(token) })
  const app: App = { tokens: null, reads: 0, clears: 0, saves: [], logouts: [], events: [] }
  const holds = new Map<string, Promise<void>>()
  const send = network(login, resource)
  const fetch: FetchLike = (input, init) => {
    const answer = send(input, init)
    const held = holds.get(input instanceof Request ? input.url : String(input))
    return held ? unlessAborted(Promise.all([answer, held]), input, init).then(([response]) => response) : answer
  }
  return {
    clock,
    login,
    resource,
    app,
    accepted,
    fetch,
    restore(standing, fields = {}) {
      const signedIn = login.signIn()
      if (standing !== 'fresh') login.spoilAccessTokens()
      const expiry = standing === 'expired' ? { expiresAt: clock.now() - 1000 } : {}
      app.tokens = { ...signedIn, sessionId: 'session-a', ...expiry, ...fields }
      return app.tokens
    },
    client: (options = {}) =>
      new AuthenticatedClient({
        ...(options.grant ? {} : { tokenEndpoint: login.tokenEndpoint, clientId: 'web', revocationEndpoint: login.revocationEndpoint }),
        allowedOrigins: ['https://api.example.com'],
        ...(options.store ? {} : callbacks(app)),
        onLogout: (event) => void app.logouts.push(event),
        onEvent: (event) => void app.events.push(event),
        fetch,
        clock,
        ...options,
      }),
    hold(to) {
      const { promise, resolve } = deferred()
      holds.set(to, promise)
      return () => {
        holds.delete(to)
        resolve()
      }
    },
    events: <Type extends ClientEvent['type']>(type: Type) =>
      app.events.filter((event): event is Extract<ClientEvent, { type: Type }> => event.type === type),
    inTime: (promise, atMost) => inTime(clock, promise, atMost),
  }
}

function chance(seed: number): () => number {
  let last = seed
  return () => {
    last = (last * 48_271) % 2_147_483_647
    return last / 2_147_483_647
  }
}

function callbacks(app: App): Required<Pick<AuthenticatedClientOptions, 'getTokens' | 'saveTokens' | 'clearTokens'>> {
  return {
    getTokens: () => {
      app.reads++
      return app.tokens
    },
    saveTokens: (next, previous) => {
      app.saves.push({ next, previous })
      app.tokens = next
    },
    clearTokens: () => {
      app.clears++
      app.tokens = null
    },
  }
}

/** Lets time pass in small steps, and no longer than it takes for the promise to settle. */
export async function inTime<Value>(clock: TestClock, promise: Promise<Value>, atMost = 120_000): Promise<Value> {
  const seen = watch(promise)
  await quiet()
  for (let passed = 0; seen.state === 'pending' && passed < atMost; passed += 250) await clock.advance(250)
  if (seen.state === 'pending') throw new Error(`Nothing had settled after ${atMost} ms`)
  return promise
}

/** What a promise rejects with; fails where it fulfils. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`Expected a rejection, got ${String(value)}`)
    },
    (reason: unknown) => reason,
  )
}

export interface Seen<Value> {
  state: 'pending' | 'fulfilled' | 'rejected'
  value?: Value
  reason?: unknown
}

/** What is known of a promise without waiting for it. */
export function watch<Value>(promise: Promise<Value>): Seen<Value> {
  const seen: Seen<Value> = { state: 'pending' }
  promise.then(
    (value) => Object.assign(seen, { state: 'fulfilled', value }),
    (reason: unknown) => Object.assign(seen, { state: 'rejected', reason }),
  )
  return seen
}

/** The access tokens that an API was shown, in order; `null` where a request came bare. */
export function shown(resource: Server, to?: string): (string | null)[] {
  return resource.requests
    .filter((request) => to === undefined || request.url === to)
    .map(({ headers }) => headers.get('authorization')?.replace('Bearer ', '') ?? null)
}

/** The refresh tokens that were presented, in order. */
export function presented(login: AuthorizationServer): Promise<(string | null)[]> {
  return Promise.all(login.tokenRequests.map(async ({ text }) => new URLSearchParams(await text).get('refresh_token')))
}

/** An unsigned JWT. */
export function jwt(claims: Record<string, unknown>): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none' })}.${part(claims)}.c2lnbmF0dXJl`
}

function unlessAborted<Value>(promise: Promise<Value>, input: RequestInfo | URL, init: RequestInit | undefined): Promise<Value> {
  const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined)
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop)
    promise.finally(() => signal.removeEventListener('abort', stop)).then(resolve, reject)
  })
}
