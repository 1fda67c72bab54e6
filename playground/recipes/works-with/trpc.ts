// tRPC: the link takes a fetch. With `httpBatchLink` calls of one tick are one request, and so one replay; but a batch that is refused in
// part is a 207, whose rest was done, and is handed back: give what anybody may call a link of its own (`splitLink`).
import { createTRPCClient, httpLink, type TRPCClient } from '@trpc/client'
import type { AuthenticatedClient } from 'authenticated-client'
import type { AppRouter } from './trpc-router'

export function trpcWith(client: AuthenticatedClient, url: string): TRPCClient<AppRouter> {
  return createTRPCClient({ links: [httpLink({ url, fetch: client.fetch })] })
}
