import {
  AuthenticatedClient,
  type AuthenticatedClientOptions,
  type ClientEvent,
  type FetchLike,
  type Lock,
  type TokenSet,
} from 'authenticated-client'
import { type AuthorizationServer, api, authorizationServer, network, type Server } from '../support/authorization-server.ts'
import { quiet, type TestClock, testClock } from '../support/clock.ts'

export const tokenEndpoint = 'https://login.example.com/token'
export const url = 'https://api.example.com/me'

/** How the access token stands when the test begins. */
export type Standing =
  /** An hour to go. */
  | 'fresh'
  /** Not over, but the API refuses it. */
  | 'refused'
  /** Within the leeway: 25 seconds to go, the API would still serve it. */
  | 'nearly spent'
  | 'expired'

export interface Setting extends AuthenticatedClientOptions {
  readonly standing?: Standing
  /** Lifetimes that the authorization server gives, in seconds; `null`: it doesn't say. */
  readonly expiresIn?: number | null
  /** Put beside the tokens of the sign-in. */
  readonly sessionId?: string
  /** Fields of the stored set that differ from what the server gave. */
  readonly stored?: Partial<TokenSet>
  /** Stands between the client and the network. */
  readonly through?: (send: FetchLike) => FetchLike
  /** What `getTokens` does with what is stored. */
  readonly reading?: (stored: TokenSet | null) => TokenSet | null | Promise<TokenSet | null>
  /** What `saveTokens` does; `save` stores. */
  readonly saving?: (next: TokenSet, save: () => void) => unknown
}

/** What the app around the client holds and hears. */
export interface App {
  tokens: TokenSet | null
  readonly saved: TokenSet[]
  readonly logouts: { readonly reason: string }[]
  readonly events: ClientEvent[]
}

export interface World {
  readonly client: AuthenticatedClient
  readonly clock: TestClock
  readonly login: AuthorizationServer
  readonly resource: Server
  readonly app: App
  /** What the sign-in gave. */
  readonly first: TokenSet
  /** Lets time pass until the promise settles. */
  inTime<Value>(promise: Promise<Value>, atMost?: number): Promise<Value>
}

/** A client with a session, an authorization server and an API that know of it, on a clock that a test moves. */
export async function signedIn(setting: Setting = {}): Promise<World> {
  const { standing = 'fresh', expiresIn, sessionId, stored, through = unchanged, reading = unchanged, saving, ...options } = setting
  const clock = testClock()
  const login = authorizationServer({ clock, ...(expiresIn !== undefined && { expiresIn }) })
  const resource = api(login)
  const signIn = login.signIn()
  const first: TokenSet = { ...signIn, ...(sessionId !== undefined && { sessionId }), ...stored }
  const app: App = { tokens: first, saved: [], logouts: [], events: [] }
  const client = new AuthenticatedClient({
    ...('grant' in options ? {} : { tokenEndpoint, clientId: 'web' }),
    ...('store' in options
      ? {}
      : {
          getTokens: () => reading(app.tokens),
          saveTokens: (next: TokenSet) => {
            const save = (): void => {
              app.saved.push(next)
              app.tokens = next
            }
            return saving ? saving(next, save) : save()
          },
        }),
    allowedOrigins: ['https://api.example.com'],
    onLogout: (event) => void app.logouts.push(event),
    onEvent: (event) => void app.events.push(event),
    fetch: through(network(login, resource)),
    clock,
    ...options,
  })
  const untilExpiry = (first.expiresAt ?? clock.now()) - clock.now()
  if (standing === 'refused') login.spoilAccessTokens()
  if (standing === 'nearly spent') await clock.advance(untilExpiry - 25_000)
  if (standing === 'expired') await clock.advance(untilExpiry + 1000)
  return { client, clock, login, resource, app, first, inTime: (promise, atMost) => inTime(clock, promise, atMost) }
}

function unchanged<Value>(value: Value): Value {
  return value
}

/** Lets time pass in small steps, and no longer than it takes for the promise to settle. */
export async function inTime<Value>(clock: TestClock, promise: Promise<Value>, atMost = 120_000, step = 100): Promise<Value> {
  let settled = false
  const done = (): void => {
    settled = true
  }
  promise.then(done, done)
  await quiet()
  for (let passed = 0; !settled && passed < atMost; passed += step) {
    await clock.advance(step)
    await quiet()
  }
  if (!settled) throw new Error(`Nothing had settled after ${atMost} ms`)
  return promise
}

/** A lock that nobody else wants, and whether it is held. */
export function watchedLock(): Lock & { readonly isHeld: boolean } {
  let isHeld = false
  return {
    get isHeld() {
      return isHeld
    },
    hold(_name, task) {
      isHeld = true
      return task(new AbortController().signal).finally(() => {
        isHeld = false
      })
    },
  }
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

/** What is known of a promise without waiting for it. */
export function watch<Value>(promise: Promise<Value>): { state: 'pending' | 'fulfilled' | 'rejected'; value?: Value; reason?: unknown } {
  const seen: ReturnType<typeof watch<Value>> = { state: 'pending' }
  promise.then(
    (value) => Object.assign(seen, { state: 'fulfilled', value }),
    (reason: unknown) => Object.assign(seen, { state: 'rejected', reason }),
  )
  return seen
}

export function calls(client: AuthenticatedClient, count: number, init?: RequestInit): Promise<Response>[] {
  return Array.from({ length: count }, (_, index) => client.fetch(`${url}?n=${index}`, init))
}

/** The refresh token that a token request presented. */
export async function presented(arrival: { readonly text: Promise<string> } | undefined): Promise<string | null> {
  return new URLSearchParams(await arrival?.text).get('refresh_token')
}

/** An unsigned JWT. */
export function jwt(claims: Record<string, unknown>): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none' })}.${part(claims)}.c2lnbmF0dXJl`
}

/** The access tokens that an API was shown, in order. */
export function shown(resource: Server): (string | null)[] {
  return resource.requests.map(({ headers }) => headers.get('authorization')?.replace('Bearer ', '') ?? null)
}
