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
  readonly fetch?: typeof fetch
}

export function sessionClients({ storeOf, ...options }: SessionOptions) {
  const clients = new Map<string, AuthenticatedClient>()
  /** When a session has been idle: its tokens stay in the store, and calls in flight settle. */
  const forget = (sessionId: string): void => {
    clients.get(sessionId)?.dispose() // Lets go of the store, too.
    clients.delete(sessionId)
  }
  return {
    forget,
    /**
     * For a session id that the server itself made and has just checked: whoever names it calls with its tokens. Ask for each request: a
     * client whose session has ended takes no more calls.
     */
    clientOf(sessionId: string): AuthenticatedClient {
      const known = clients.get(sessionId)
      if (known) return known
      const client = new AuthenticatedClient({
        clientId: 'web',
        ...options,
        store: storeOf(sessionId),
        onLogout: () => forget(sessionId),
      })
      clients.set(sessionId, client)
      return client
    },
  }
}
