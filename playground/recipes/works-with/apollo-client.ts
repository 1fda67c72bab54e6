// Apollo Client: one HttpLink; no auth link, and no error link that refreshes. If your server says 200 with an UNAUTHENTICATED error, give
// the client `isUnauthorized: graphqlUnauthenticated` (authenticated-client/graphql). When the session ends, Apollo's cache is emptied and
// active queries are fetched again. Requests under way are aborted: their answers would end up in the next user's cache.
import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client'
import type { AuthenticatedClient } from 'authenticated-client'
import { fetchOfSession, onSessionChange } from './on-session-change'

export function apolloWith(client: AuthenticatedClient, uri: string): ApolloClient {
  const apollo = new ApolloClient({ cache: new InMemoryCache(), link: new HttpLink({ uri, fetch: fetchOfSession(client) }) })
  onSessionChange(client, () => apollo.resetStore().catch(() => {})) // Each query reports its own failure.
  return apollo
}
