// Apollo Client: one HttpLink, no auth link, no error link that refreshes. A server that says 200 with UNAUTHENTICATED inside is read by
// `isUnauthorized: graphqlUnauthenticated` (authenticated-client/graphql).
import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client'
import type { AuthenticatedClient } from 'authenticated-client'

export function apolloWith(client: AuthenticatedClient, uri: string): ApolloClient {
  return new ApolloClient({ cache: new InMemoryCache(), link: new HttpLink({ uri, fetch: client.fetch }) })
}
