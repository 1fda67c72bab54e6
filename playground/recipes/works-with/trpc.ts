// tRPC: the link takes a fetch. `httpBatchLink` works too: calls of one tick are one request, and are sent again together. But if only some
// of them are refused, the server has done the others and answers 207, which is no refusal to the client: it hands it back as it is. So give
// procedures that need no sign-in a link of their own (`splitLink`).
import { createTRPCClient, httpLink, type TRPCClient } from '@trpc/client'
import type { AuthenticatedClient } from 'authenticated-client'
import type { AppRouter } from './trpc-router'

export function trpcWith(client: AuthenticatedClient, url: string): TRPCClient<AppRouter> {
  return createTRPCClient({ links: [httpLink({ url, fetch: client.fetch })] })
}
