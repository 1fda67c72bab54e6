// Basic authentication (RFC 7617) for a service. In a page add `credentials: 'omit'` to your requests: a browser that sees the 401 of a
// wrong password would open its own prompt otherwise.
import { AuthenticatedClient } from 'authenticated-client'
import { basic } from 'authenticated-client/basic'

export function reportsClient(baseUrl: string, username: string, password: string): AuthenticatedClient {
  return new AuthenticatedClient({ baseUrl, scheme: basic({ username, password }, { realm: 'reports' }) })
}
