// graphql-request takes a fetch.
import type { AuthenticatedClient } from 'authenticated-client'
import { GraphQLClient } from 'graphql-request'

export function graphqlRequestWith(client: AuthenticatedClient, url: string): GraphQLClient {
  return new GraphQLClient(url, { fetch: client.fetch })
}
