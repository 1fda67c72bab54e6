import { type CryptoKey, importJWK, type JWK, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose'

/** In place of the usual claims; `null` leaves one out. Times are seconds since the epoch, as on the wire. */
export type Claims = Readonly<Record<string, unknown>>

export interface MintOptions {
  /** `'none'`: not signed at all; `'broken'`: changed after it was signed. */
  readonly signature?: 'none' | 'broken' | undefined
}

/** Makes access tokens (RFC 9068) like the authorization server's own, except for what the caller wants wrong. */
export function tokenMint(key: JWK, usual: { iss: string; aud: string; client_id: string; lifetime: number }) {
  const { lifetime, ...names } = usual

  return async (claims: Claims = {}, { signature }: MintOptions = {}): Promise<string> => {
    const iat = Math.floor(Date.now() / 1000)
    const payload: JWTPayload = {
      ...names,
      sub: 'alice',
      scope: 'read write',
      iat,
      exp: iat + lifetime,
      jti: crypto.randomUUID(),
      ...claims,
    }
    if (signature === 'none') return new UnsecuredJWT(payload).encode()
    const privateKey = (await importJWK(key)) as CryptoKey // Never bytes: those are for symmetric keys, and this one is for ES256.
    const token = await new SignJWT(payload).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: String(key.kid) }).sign(privateKey)
    return signature === 'broken' ? withOtherClaims(token, { ...payload, sub: 'mallory' }) : token
  }
}

function withOtherClaims(token: string, claims: JWTPayload): string {
  const [header, , signature] = token.split('.')
  return [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.')
}
