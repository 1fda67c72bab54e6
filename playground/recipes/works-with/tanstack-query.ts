// TanStack Query: query functions call the client. Only what may pass is tried again, so no AuthError and no 4xx. When the session ends,
// the cache is emptied and active queries are fetched again; mutations that wait to be sent (offline) are dropped, or they would go out
// as the next user's. If you put a mutation's answer into the cache, send it with `fetchOfSession(client)`: an answer that comes after the
// session's end would end up in the next user's cache.
import { QueryClient } from '@tanstack/query-core'
import { type AuthenticatedClient, isAuthError } from 'authenticated-client'
import { onSessionChange } from './on-session-change'

export class HttpError extends Error {
  override readonly name = 'HttpError'

  constructor(readonly status: number) {
    super(`The API answered with ${status}`)
  }
}

export function queryClient(client: AuthenticatedClient): QueryClient {
  const queries = new QueryClient({
    defaultOptions: {
      queries: { retry: (count, error) => count < 3 && !isAuthError(error) && !(error instanceof HttpError && error.status < 500) },
    },
  })
  onSessionChange(client, () => {
    queries.getMutationCache().clear()
    queries.resetQueries()
  })
  return queries
}

export function meQuery(client: AuthenticatedClient, url: string) {
  return {
    queryKey: ['me'],
    queryFn: async ({ signal }: { signal: AbortSignal }): Promise<{ sub: string }> => {
      const response = await client.fetch(url, { signal }) // If the component unmounts, the call ends at once; a refresh goes on.
      if (!response.ok) throw new HttpError(response.status)
      return response.json()
    },
  }
}
