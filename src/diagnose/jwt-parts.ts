import { fromBase64 } from '../platform/base64'

export type JsonObject = Readonly<Record<string, unknown>>

/** Header and claims of a JWT, read and not verified; nothing for an opaque token. */
export function jwtParts(token: string | undefined): { readonly header: JsonObject; readonly claims: JsonObject } | undefined {
  const [header, claims, signature] = token?.split('.') ?? []
  if (!header || !claims || signature === undefined) return undefined
  const parsed = [objectOf(decoded(header)), objectOf(decoded(claims))]
  return parsed[0] && parsed[1] && { header: parsed[0], claims: parsed[1] }
}

/** The header of an encrypted token: of five parts, the first says how it is encrypted (RFC 7516 §3.1). */
export function jweHeader(token = ''): JsonObject | undefined {
  const parts = token.split('.', 6)
  const header = parts.length === 5 ? objectOf(decoded(parts[0] ?? '')) : undefined
  return header?.enc === undefined ? undefined : header
}

/** A JWT counts seconds (RFC 7519 §2): more than these are milliseconds, or the year 5138. */
export const mostSeconds = 1e11

/** The object that a JSON text says. */
export function objectOf(text: string | undefined): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '')
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined
  } catch {
    return undefined
  }
}

/** Base64 or base64url of UTF-8. */
export function decoded(part: string): string | undefined {
  try {
    const bytes = fromBase64(part.replace(/-/g, '+').replace(/_/g, '/'))
    return new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)))
  } catch {
    return undefined
  }
}

export function textAt(json: JsonObject | undefined, name: string): string | undefined {
  const value = json?.[name]
  return typeof value === 'string' ? value : undefined
}
