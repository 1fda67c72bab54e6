import { AuthenticatedClient, type AuthenticatedClientOptions } from 'authenticated-client'

/**
 * One sign-in, several APIs, and a token of its own for each (RFC 8707): what leaks at one API is worth nothing at the others. Behind them
 * stands the one rotating refresh token of the session; the tokens for resources live in the memory of the client and are never stored.
 */
export function apisOf(options: AuthenticatedClientOptions) {
  const session = new AuthenticatedClient(options)
  return {
    session,
    // By default a token goes to its resource's own origin and to no other.
    files: session.forResource({ resource: 'https://files.example.com' }),
    // A resource may be a mere name: then say where its tokens may go.
    mail: session.forResource({ resource: 'urn:example:mail', scope: 'mail.send', allowedOrigins: ['https://mail.example.com'] }),
  }
}
