// Digest authentication (RFC 7616), as cameras, printers and older servers want it. The password is asked for at each request, so that it
// can be changed without a restart. `algorithms` rules out MD5. Leave it out for the many devices that know nothing else.
import { AuthenticatedClient } from 'authenticated-client'
import { digest } from 'authenticated-client/digest'

export function cameraClient(baseUrl: string, username: string, password: () => Promise<string>): AuthenticatedClient {
  return new AuthenticatedClient({
    baseUrl,
    scheme: digest(async () => ({ username, password: await password() }), { algorithms: ['SHA-256', 'SHA-512-256'] }),
  })
}
