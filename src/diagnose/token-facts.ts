import { fromBase64 } from '../platform/base64'
import { jwtClaims } from '../tokens/jwt'

/** What a JWT says of itself. Nothing is verified, and nothing is kept that could be sent. */
export interface TokenFacts {
  readonly isJwt: boolean
  readonly algorithm?: string | undefined
  readonly keyId?: string | undefined
  readonly type?: string | undefined
  readonly issuer?: string | undefined
  readonly audience?: readonly string[] | undefined
  readonly scope?: string | undefined
  /** In milliseconds since the epoch. */
  readonly expiresAt?: number | undefined
  readonly notBefore?: number | undefined
  readonly issuedAt?: number | undefined
  /** Whether the middle part ends in the middle of a text: something cut it off. */
  readonly isTruncated: boolean
}

export function tokenFacts(token: string | undefined, expiresAt?: number): TokenFacts | undefined {
  if (!token) return expiresAt === undefined ? undefined : { isJwt: false, isTruncated: false, expiresAt }
  const parts = token.split('.')
  const header = decoded(parts[0])
  if (parts.length < 3 || !header) return { isJwt: false, isTruncated: token.startsWith('ey') && parts.length < 3, expiresAt }
  const { exp, nbf, iat, iss, aud, ...claims } = jwtClaims(token)
  const seconds = (value: unknown): number | undefined => (typeof value === 'number' ? value * 1000 : undefined)
  return {
    isJwt: true,
    algorithm: textOf(header.alg),
    keyId: textOf(header.kid),
    type: textOf(header.typ),
    issuer: textOf(iss),
    audience: aud === undefined ? undefined : [aud].flat().map(String),
    scope: textOf((claims as Record<string, unknown>).scope),
    expiresAt: seconds(exp) ?? expiresAt,
    notBefore: seconds(nbf),
    issuedAt: seconds(iat),
    isTruncated: false,
  }
}

function decoded(part = ''): Record<string, unknown> | undefined {
  try {
    return Object(JSON.parse(fromBase64(part.replace(/-/g, '+').replace(/_/g, '/'))))
  } catch {
    return undefined
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
