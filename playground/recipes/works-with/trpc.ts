// tRPC: the link takes a fetch. With `httpBatchLink` calls of one tick are one request, and so one replay.
import { createTRPCClient, httpLink, type TRPCClient } from '@trpc/client'
import type { AuthenticatedClient } from 'authenticated-client'
import type { AppRouter } from './trpc-router'

export function trpcWith(client: AuthenticatedClient, url: string): TRPCClient<AppRouter> {
  return createTRPCClient({ links: [httpLink({ url, fetch: client.fetch })] })
}
