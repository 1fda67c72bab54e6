import { jwtDecode } from 'jwt-decode'

/** The claims that serve as hints. They are read, never verified: a claim proves nothing (A44). */
export interface JwtClaims {
  readonly exp?: number
  readonly iat?: number
  readonly sub?: string
  readonly sid?: string
}

/** The hints in a token; `undefined` where it is no JWT, or where the platform can't decode one (Hermes without `atob`). */
export function jwtClaims(token: string): JwtClaims | undefined {
  try {
    const { exp, iat, sub, sid } = jwtDecode<Record<string, unknown>>(token)
    return {
      ...(isFiniteNumber(exp) && { exp }),
      ...(isFiniteNumber(iat) && { iat }),
      ...(typeof sub === 'string' && { sub }),
      ...(typeof sid === 'string' && { sid }),
    }
  } catch {
    return undefined
  }
}

function isFiniteNumber(value: unknown): value is number {
  return Number.isFinite(value)
}
