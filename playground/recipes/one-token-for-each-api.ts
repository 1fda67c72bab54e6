import { AuthenticatedClient, type AuthenticatedClientOptions } from 'authenticated-client'

/**
 * One sign-in, several APIs, and a token for each (RFC 8707): one that leaks at one API is worth nothing at the others. All of them are
 * got with the session's one refresh token; they are kept in memory only, and never stored.
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
