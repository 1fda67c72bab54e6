// Requests signed with a shared key (HMAC): a scheme of your own, by the AuthScheme plug. It signs method, URL, body and time; the
// server's own clock counts, so a device whose clock is wrong still signs what the server accepts.
import { AuthenticatedClient, type AuthScheme } from 'authenticated-client'

export function hmacScheme(keyId: string, key: CryptoKey): AuthScheme {
  return {
    name: 'HMAC',
    headers: ['authorization', 'x-timestamp'],
    usesTokens: false,
    async attach(request, _tokens, { serverTimeOffset = 0 }) {
      const time = String(Math.round((Date.now() + serverTimeOffset) / 1000))
      const body = request.body === null ? '' : request.body
      // Signed as empty, it could be exchanged on the way. A stream's or a Request's body is not shown to a scheme.
      if (typeof body !== 'string') throw new TypeError('Signed requests need their body as a string')
      // The URL in its normal spelling, as it goes on the wire.
      const text = [request.method, new URL(request.url).href, time, body].join('\n')
      const signature = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(text))
      request.setHeader('x-timestamp', time)
      request.setHeader('authorization', `HMAC keyId="${keyId}", signature="${btoa(String.fromCharCode(...new Uint8Array(signature)))}"`)
    },
    // A refusal may be about the time: by then the response has told the server's. Once in a call.
    answer: (challenge, { answered }) => (challenge.params.error === 'stale' && !answered ? 'replay' : 'return'),
  }
}

export async function signingClient(baseUrl: string, keyId: string, secret: string): Promise<AuthenticatedClient> {
  const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return new AuthenticatedClient({ baseUrl, scheme: hmacScheme(keyId, key) })
}
