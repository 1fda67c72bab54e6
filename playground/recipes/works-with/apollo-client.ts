// Apollo Client: one HttpLink, no auth link, no error link that refreshes. A server that says 200 with UNAUTHENTICATED inside is read by
// `isUnauthorized: graphqlUnauthenticated` (authenticated-client/graphql). When the session is over its cache is emptied, what is on its way is
// aborted (the answer to a mutation would be written into the next user's cache), and what is on the screen is asked for anew.
import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client'
import type { AuthenticatedClient } from 'authenticated-client'
import { fetchOfSession, onSessionChange } from './on-session-change'

export function apolloWith(client: AuthenticatedClient, uri: string): ApolloClient {
  const apollo = new ApolloClient({ cache: new InMemoryCache(), link: new HttpLink({ uri, fetch: fetchOfSession(client) }) })
  onSessionChange(client, () => apollo.resetStore().catch(() => {})) // Each query tells of its own failure.
  return apollo
}
