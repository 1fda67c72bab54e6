// For a server that renders pages, or a gateway: one client for each session, never one for all users, nor one for each request. Requests
// of one session that run at the same time share its refresh; refreshes of different sessions don't wait for one another. The browser's
// cookie names the session; the tokens stay in a store on the server: so no response has to carry new ones, and a page can refresh while
// it is streamed.
import { AuthenticatedClient, type ClientAuthentication, type TokenStore } from 'authenticated-client'

export interface SessionOptions {
  readonly tokenEndpoint: string
  readonly clientId: string
  /** Such as `clientSecretBasic(secret)`: a server can keep one. */
  readonly clientAuthentication?: ClientAuthentication
  /** Where `logout()` revokes the refresh token. */
  readonly revocationEndpoint?: string
  readonly baseUrl: string
  /**
   * Where the tokens of one session live: `fileStore(path, { hints: false })` for the processes of one server; for several
   * `redisStore(redis, sessionId, { hints: false, timeToLive })`. Hints would take a connection for each session, or a watcher that each
   * write to any of them wakes; and without `timeToLive` keys would outlive sessions that nobody came back to.
   */
  readonly storeOf: (sessionId: string) => TokenStore
  /**
   * After how long without a request a session's client is disposed of, in milliseconds; the next request gets a new one. Make it longer
   * than any of your requests takes.
   * @default 900_000
   */
  readonly idleAfter?: number
  readonly fetch?: typeof fetch
}

/** A longer one rings at once. */
const longestTimer = 2 ** 31 - 1

export function sessionClients({ storeOf, idleAfter = 15 * 60_000, ...options }: SessionOptions) {
  const clients = new Map<string, { readonly client: AuthenticatedClient; readonly usedAt: number }>()
  /** For a session that your server has ended. Calls in flight settle; the tokens stay in the store, and are yours to remove. */
  const forget = (sessionId: string): void => {
    clients.get(sessionId)?.client.dispose() // Lets go of the store, too.
    clients.delete(sessionId)
  }
  const forgetIdle = (now: number): void => {
    for (const [sessionId, { usedAt }] of clients) {
      if (now - usedAt < idleAfter) return // The map is in the order of last use: the rest was used later.
      forget(sessionId)
    }
  }
  const make = (sessionId: string): AuthenticatedClient => {
    const client: AuthenticatedClient = new AuthenticatedClient({
      ...options,
      store: storeOf(sessionId),
      onLogout() {
        clients.delete(sessionId)
        // The requests that have it may make more calls, each of which is told that nobody is signed in.
        setTimeout(() => client.dispose(), Math.min(idleAfter, longestTimer)).unref?.() // At the edge, timers are numbers.
      },
    })
    return client
  }
  return {
    forget,
    /**
     * The client of a session. Pass only an id that your server made and has just checked: whoever names it calls with its tokens. Call
     * this for every request, and don't keep the result: a client that was idle, or whose session has ended, takes no more calls.
     */
    clientOf(sessionId: string): AuthenticatedClient {
      const now = Date.now()
      forgetIdle(now)
      const client = clients.get(sessionId)?.client ?? make(sessionId)
      clients.delete(sessionId)
      clients.set(sessionId, { client, usedAt: now })
      return client
    },
  }
}
