// TanStack Query: query functions call the client. Its retries are for what may pass; an AuthError will not pass by trying again at once.
import { QueryClient } from '@tanstack/query-core'
import { type AuthenticatedClient, isAuthError } from 'authenticated-client'

export function queryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: { queries: { retry: (failures, error) => failures < 3 && !isAuthError(error), retryDelay: 100 } },
  })
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
