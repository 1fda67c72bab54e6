// A server that renders pages, or a gateway: one client for each session, never one for all users, nor one for each request. The requests
// of one session that run at the same time share its refresh; refreshes of different sessions don't wait for one another. The browser's
// cookie names the session; the tokens stay in a store on the server, so no response has to carry new ones, and a streamed page can refresh.
import { AuthenticatedClient, type TokenStore } from 'authenticated-client'

export interface SessionOptions {
  readonly tokenEndpoint: string
  readonly baseUrl: string
  /**
   * Where the tokens of one session live: `fileStore` for the processes of one server; for several `redisStore(redis, sessionId, { hints:
   * false, timeToLive })`, since hints would take a connection for each session, and keys would outlive sessions that nobody came back to.
   */
  readonly storeOf: (sessionId: string) => TokenStore
  /**
   * After how long without a request a session's client is let go of, in milliseconds; its next request makes a new one. Longer than
   * any request of yours takes.
   * @default 900_000
   */
  readonly idleAfter?: number
  readonly fetch?: typeof fetch
}

export function sessionClients({ storeOf, idleAfter = 15 * 60_000, ...options }: SessionOptions) {
  const clients = new Map<string, { readonly client: AuthenticatedClient; readonly usedAt: number }>()
  /** Its tokens stay in the store, and calls in flight settle. For a session that your server has thrown away. */
  const forget = (sessionId: string): void => {
    clients.get(sessionId)?.client.dispose() // Lets go of the store, too.
    clients.delete(sessionId)
  }
  const forgetIdle = (now: number): void => {
    for (const [sessionId, { usedAt }] of clients) {
      if (now - usedAt < idleAfter) return // Each use puts its session last: who comes after was here later.
      forget(sessionId)
    }
  }
  const make = (sessionId: string): AuthenticatedClient =>
    new AuthenticatedClient({
      clientId: 'web',
      ...options,
      store: storeOf(sessionId),
      onLogout: () => forget(sessionId),
    })
  return {
    forget,
    /**
     * For a session id that the server itself made and has just checked: whoever names it calls with its tokens. Ask for each request: a
     * client whose session has ended or was idle takes no more calls.
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
