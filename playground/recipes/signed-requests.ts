// Requests signed with a shared key (HMAC), as an example of a scheme of your own (`AuthScheme`). It signs method, URL, body and time. The
// time is the server's, as far as the client knows it from earlier responses: so a device with a wrong clock can sign, too.
import { AuthenticatedClient, type AuthScheme } from 'authenticated-client'

export function hmacScheme(keyId: string, key: CryptoKey): AuthScheme {
  return {
    name: 'HMAC',
    headers: ['authorization', 'x-timestamp'],
    usesTokens: false,
    async attach(request, _tokens, { serverTimeOffset = 0 }) {
      const time = String(Math.round((Date.now() + serverTimeOffset) / 1000))
      const body = request.body === null ? '' : request.body
      // A scheme is not shown the body of a stream or a Request. Signed as if it were empty, it could be replaced on the way.
      if (typeof body !== 'string') throw new TypeError('Signed requests need their body as a string')
      // `href` is the URL as it is sent, but for a fragment, which stays here: `request.url` is spelled as the app wrote it.
      const url = new URL(request.url).href.replace(/#.*/s, '')
      const text = [request.method, url, time, body].join('\n')
      const signature = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(text))
      request.setHeader('x-timestamp', time)
      request.setHeader('authorization', `HMAC keyId="${keyId}", signature="${btoa(String.fromCharCode(...new Uint8Array(signature)))}"`)
    },
    // If the time was wrong, the refusal's `Date` header has corrected the offset: sign and send again, but only once in a call.
    answer: (challenge, { answered }) => (challenge.params.error === 'stale' && !answered ? 'replay' : 'return'),
  }
}

export async function signingClient(baseUrl: string, keyId: string, secret: string): Promise<AuthenticatedClient> {
  const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return new AuthenticatedClient({ baseUrl, scheme: hmacScheme(keyId, key) })
}
