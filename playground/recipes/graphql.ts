// A GraphQL server that says 200 and means 401: `data` is null and an error's code is UNAUTHENTICATED. Nothing was done then, so the
// operation is sent again with a fresh token.
import { AuthenticatedClient, type AuthenticatedClientOptions } from 'authenticated-client'
import { graphqlUnauthenticated } from 'authenticated-client/graphql'

export function graphqlClient(options: AuthenticatedClientOptions): AuthenticatedClient {
  return new AuthenticatedClient({ ...options, isUnauthorized: graphqlUnauthenticated })
}
