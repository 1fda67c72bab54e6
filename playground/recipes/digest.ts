// Digest authentication (RFC 7616), as cameras, printers and older servers want it. The password is asked for at each request, so that it
// can be changed without a restart. `algorithms` is a hardening: without it MD5 is answered too, the only one that many devices know.
// Leave it out for these.
import { AuthenticatedClient } from 'authenticated-client'
import { digest } from 'authenticated-client/digest'

export function cameraClient(baseUrl: string, username: string, password: () => Promise<string>): AuthenticatedClient {
  return new AuthenticatedClient({
    baseUrl,
    scheme: digest(async () => ({ username, password: await password() }), { algorithms: ['SHA-256', 'SHA-512-256'] }),
  })
}
