import { base64 } from '../platform/base64'
import { utf8 } from '../platform/utf8'

/** Looks like a JWT; its signature never verifies. */
export function unsignedJwt(
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>> = { alg: 'ES256' },
): string {
  return `${part(header)}.${part(claims)}.c2lnbmF0dXJl`
}

function part(value: unknown): string {
  return base64(utf8(JSON.stringify(value)))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '')
}
