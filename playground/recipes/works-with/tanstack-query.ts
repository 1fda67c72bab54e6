// TanStack Query: query functions call the client. Its retries are for what may pass; an AuthError will not pass by trying again at once.
// The cache is emptied when the session is over, and what is on the screen is asked for anew.
import { QueryClient } from '@tanstack/query-core'
import { type AuthenticatedClient, isAuthError } from 'authenticated-client'
import { onSessionChange } from './on-session-change'

export function queryClient(client: AuthenticatedClient): QueryClient {
  const queries = new QueryClient({
    defaultOptions: { queries: { retry: (failures, error) => failures < 3 && !isAuthError(error), retryDelay: 100 } },
  })
  onSessionChange(client, () => queries.resetQueries())
  return queries
}

export function meQuery(client: AuthenticatedClient, url: string, key: number) {
  return {
    queryKey: ['me', key],
    queryFn: async ({ signal }: { signal: AbortSignal }): Promise<{ sub: string }> => {
      const response = await client.fetch(url, { signal }) // An unmounted component leaves at once; the refresh goes on.
      if (!response.ok) throw new Error(`me: ${response.status}`)
      return response.json()
    },
  }
}
