import { type JwtPayload, jwtDecode } from 'jwt-decode'

/** The claims that serve as hints. They are read, never verified: a claim proves nothing (A44), and may be of any type. */
export interface JwtClaims extends JwtPayload {
  readonly sid?: string
}

/** The hints in a token; none where it is no JWT, or where the platform can't decode one (Hermes without `atob`). */
export function jwtClaims(token: string | undefined): JwtClaims {
  // Most tokens are opaque, and an error is dear.
  if (!/^[\w-]+\.[\w-]+\./.test(token ?? '')) return {}
  try {
    return Object(jwtDecode<JwtClaims>(token as string)) // Its payload may be `null`.
  } catch {
    return {}
  }
}
