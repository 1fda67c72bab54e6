import { AuthenticatedClient, type AuthenticatedClientOptions, type ClientEvent, type TokenSet } from 'authenticated-client'
import { type AuthorizationServer, api, authorizationServer, network, type Server } from '../support/authorization-server'
import { quiet, type TestClock, testClock } from '../support/clock'

export const apiOrigin = 'https://api.example.com'
export const me = `${apiOrigin}/me`
export const refused = 'Bearer realm="api", error="invalid_token"'

export interface World {
  readonly client: AuthenticatedClient
  readonly clock: TestClock
  readonly login: AuthorizationServer
  /** The API at `apiOrigin`. */
  readonly service: Server
  /** What the client told `onEvent`, once the event loop is quiet. */
  events(): Promise<readonly ClientEvent[]>
  /** The rows of the decision table that were taken, in order; without row 2, which every success takes. */
  rows(): Promise<readonly number[]>
  /** The `Authorization` headers that the API saw. */
  authorizations(): readonly (string | null)[]
}

export interface WorldOptions extends Omit<AuthenticatedClientOptions, 'onEvent' | 'clock'> {
  /** Besides the authorization server and the API. */
  readonly servers?: readonly Server[]
}

/** A client that nobody has signed in to. */
export async function anonymous({ servers = [], ...options }: WorldOptions = {}): Promise<World> {
  const clock = testClock()
  const login = authorizationServer({ clock })
  const service = api(login, apiOrigin)
  const events: ClientEvent[] = []
  const client = new AuthenticatedClient({
    ...(options.grant === undefined && { tokenEndpoint: login.tokenEndpoint, clientId: 'web' }),
    allowedOrigins: [apiOrigin],
    fetch: network(login, service, ...servers),
    ...options,
    clock,
    onEvent: (event) => events.push(event),
  })
  await quiet()
  const settled = async (): Promise<readonly ClientEvent[]> => {
    await quiet()
    return events
  }
  return {
    client,
    clock,
    login,
    service,
    events: settled,
    rows: async () => (await settled()).flatMap((event) => (event.type === 'decision' && event.row !== 2 ? [event.row] : [])),
    authorizations: () => service.requests.map(({ headers }) => headers.get('authorization')),
  }
}

/** A client with fresh tokens: `access-1` and `refresh-1`, for an hour. */
export async function signedIn(options: WorldOptions = {}): Promise<World> {
  const world = await anonymous(options)
  await world.client.setTokens(world.login.signIn())
  await quiet()
  return world
}

/** A client whose access token the API refuses, though its time is not over. */
export async function refusedOnce(options: WorldOptions = {}): Promise<World> {
  const world = await signedIn(options)
  world.login.spoilAccessTokens()
  return world
}

/** A client whose access token has expired. */
export async function expired(options: WorldOptions = {}): Promise<World> {
  const world = await signedIn(options)
  world.clock.jump(2 * 3600_000)
  return world
}

/** A client with an access token and nothing to refresh it with. */
export async function withoutRefreshToken(options: WorldOptions = {}): Promise<World> {
  const world = await anonymous(options)
  const { refreshToken: _, ...tokens }: TokenSet = world.login.signIn()
  await world.client.setTokens(tokens)
  await quiet()
  return world
}

/** Settles `call` while time goes by: delays and deadlines inside the client are over then. */
export async function passing<Value>(clock: TestClock, call: Promise<Value>, ms = 5_000): Promise<Value> {
  call.catch(() => {})
  await clock.advance(ms)
  return call
}
