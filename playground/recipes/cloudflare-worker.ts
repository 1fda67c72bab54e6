// For Cloudflare Workers. There a request that is over, answered or left by its caller, takes along its fetches, its timers and what was
// still to come of its promises. A refresh that it had begun never settles, and every later call of the isolate would wait for it.
// 1. A service: one client at module scope, its token in memory; `waitUntil` keeps each refresh going until it has ended. The platform
//    allows that for 30 s; `refreshTimeout` ends a refresh after 10.
// 2. Users: a Durable Object for each session, with a client of its own. What has begun there goes on after its request (for certain with
//    a compatibility date from 2026-10-01 on), and however many requests of a session there are in the world, one of them refreshes.
// Two ways that don't do:
// - A client at module scope on a store that answers later (KV, D1, Redis), also with `waitUntil` in its `read` and `write`: calls wait
//   for each other's reads, and a request that leaves while its own read is still to begin takes later calls along.
// - A client for each request on such a store, where refresh tokens rotate: two requests at once present the same one, and KV may show
//   one that was spent a minute ago.
import { DurableObject, waitUntil } from 'cloudflare:workers'
import { AuthenticatedClient, asyncStorageStore, clientCredentialsGrant, clientSecretBasic, type TokenSet } from 'authenticated-client'

export interface ServiceOptions {
  readonly tokenEndpoint: string
  readonly clientId: string
  readonly secret: string
  readonly baseUrl: string
}

/** At module scope, with what `import { env } from 'cloudflare:workers'` holds: `const billing = serviceClient({ … })`. */
export function serviceClient({ tokenEndpoint, clientId, secret, baseUrl }: ServiceOptions): AuthenticatedClient {
  const underWay = new Map<string | undefined, () => void>() // By resource: a client of `forResource` refreshes for itself.
  return new AuthenticatedClient({
    baseUrl,
    grant: clientCredentialsGrant({ tokenEndpoint, clientId, clientAuthentication: clientSecretBasic(secret) }),
    onEvent({ type, resource }) {
      if (type === 'refresh-started') waitUntil(new Promise<void>((ended) => underWay.set(resource, ended)))
      if (type === 'refresh-ended') underWay.get(resource)?.()
    },
  })
}

export interface UserEnv {
  readonly TOKEN_ENDPOINT: string
  readonly API: string
}

/**
 * The session of one user: bound as `USER_SESSION` in wrangler's configuration, and named by an id that your Worker made and has just
 * checked: `env.USER_SESSION.getByName(sessionId)`. The `fetch` of what that gives is signed in: `session.fetch('https://api.example.com/me')`.
 */
export class UserSession extends DurableObject<UserEnv> {
  readonly #client: AuthenticatedClient

  constructor(ctx: DurableObjectState, env: UserEnv) {
    super(ctx, env)
    const { storage } = ctx
    this.#client = new AuthenticatedClient({
      tokenEndpoint: env.TOKEN_ENDPOINT,
      clientId: 'web',
      baseUrl: env.API,
      store: asyncStorageStore('session', {
        getItem: async (key) => (await storage.get(key)) ?? null,
        setItem: (key, value) => storage.put(key, value),
        removeItem: (key) => storage.delete(key),
      }),
    })
  }

  fetch(request: Request): Promise<Response> {
    return this.#client.fetch(request)
  }

  signIn(tokens: TokenSet): Promise<void> {
    return this.#client.setTokens(tokens)
  }

  signOut(): Promise<void> {
    return this.#client.logout()
  }
}
