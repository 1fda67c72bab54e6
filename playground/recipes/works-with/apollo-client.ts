// Apollo Client: one HttpLink, no auth link, no error link that refreshes. A server that says 200 with UNAUTHENTICATED inside is read by
// `isUnauthorized: graphqlUnauthenticated` (authenticated-client/graphql). Its cache is emptied when the session is over, and what is on the
// screen is asked for anew.
import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client'
import type { AuthenticatedClient } from 'authenticated-client'
import { onSessionChange } from './on-session-change'

export function apolloWith(client: AuthenticatedClient, uri: string): ApolloClient {
  const apollo = new ApolloClient({ cache: new InMemoryCache(), link: new HttpLink({ uri, fetch: client.fetch }) })
  onSessionChange(client, () => apollo.resetStore().catch(() => {})) // Each query tells of its own failure.
  return apollo
}
