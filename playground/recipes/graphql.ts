// For GraphQL servers that say 200 and mean 401: `data` is null, and an error has the code UNAUTHENTICATED. As nothing was done, the client
// sends the operation again with a fresh token.
import { AuthenticatedClient, type AuthenticatedClientOptions } from 'authenticated-client'
import { graphqlUnauthenticated } from 'authenticated-client/graphql'

export function graphqlClient(options: AuthenticatedClientOptions): AuthenticatedClient {
  return new AuthenticatedClient({ ...options, isUnauthorized: graphqlUnauthenticated })
}
