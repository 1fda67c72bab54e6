// openapi-fetch passes its fetch a `Request`: one with a body of up to 1 MiB can be sent again.
import type { AuthenticatedClient } from 'authenticated-client'
import createClient from 'openapi-fetch'

/** What openapi-typescript writes for you. */
export interface paths {
  '/me': { get: { responses: { 200: { content: { 'application/json': { sub: string } } } } } }
  '/notes': {
    post: {
      requestBody: { content: { 'application/json': { text: string } } }
      responses: { 200: { content: { 'application/json': { sub: string; body: string } } } }
    }
  }
}

export function openapiWith(client: AuthenticatedClient, baseUrl: string) {
  return createClient<paths>({ baseUrl, fetch: client.fetch })
}
