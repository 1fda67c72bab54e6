import { type JwtPayload, jwtDecode } from 'jwt-decode'
import { textOf } from '../platform/text-of'

/** The claims that serve as hints. They are read, never verified: a claim proves nothing (A44), and may be of any type but for the ids. */
export interface JwtClaims extends Omit<JwtPayload, 'sub'> {
  readonly sub?: string | undefined
  readonly sid?: string | undefined
}

/** The hints in a token; none where it is no JWT, or where the platform can't decode one (Hermes without `atob`). */
export function jwtClaims(token: string | undefined): JwtClaims {
  // Most tokens are opaque, and an error costs much.
  if (!/\..*\./s.test(token ?? '')) return {}
  try {
    const claims: unknown = jwtDecode(token as string)
    if (typeof claims !== 'object') return {} // A text has a `sub` of its own.
    const { sub, sid } = Object(claims)
    return { ...claims, sub: idOf(sub), sid: idOf(sid) }
  } catch {
    return {}
  }
}

/** As text: some servers put a number there, or a record. */
function idOf(claim: unknown): string | undefined {
  return typeof (claim ?? '') === 'string' ? textOf(claim) : JSON.stringify(claim)
}
