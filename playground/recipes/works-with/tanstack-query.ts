// TanStack Query: query functions call the client. Its retries are for what may pass: an AuthError will not by trying again at once, nor
// will a 401, 403 or 404. The cache is emptied when the session is over, and what is on the screen is asked for anew. What was done offline
// is forgotten then: it would go out as the next user's. A mutation whose answer you put into the cache is sent with `fetchOfSession(client)`:
// it would come too late, too.
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
      const response = await client.fetch(url, { signal }) // An unmounted component leaves at once; the refresh goes on.
      if (!response.ok) throw new HttpError(response.status)
      return response.json()
    },
  }
}
