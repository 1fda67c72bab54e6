import { type IssuedTokens, type TokenClaims, TokenFamilies } from 'authenticated-client/testing'
import type { Plan } from './plan'
import { wallClockStart } from './wall-clock'

/** The published test kit's server, with the tokens of this world: each is recognised wherever it turns up (I13). */
export function authorizationServer({ ids, jwt, ...plan }: Plan, now: () => number): TokenFamilies {
  const opaque = ({ jti }: TokenClaims): string => `canary-${jti}`
  const readable = ({ sub, sid, jti, iat, exp }: TokenClaims): string =>
    `e30.${base64url(JSON.stringify({ sub, iat, exp, ...(ids === 'jwt-sub' ? {} : { sid }) }))}.canary-${jti}`
  const isOpaque = ids === 'none' || (ids === 'session-id' && !jwt)
  return new TokenFamilies({ ...plan, accessTokens: isOpaque ? opaque : readable }, () => wallClockStart + now())
}

/** Whether a token of this world is in a text. */
export function hasToken(text: string): boolean {
  return text.includes('canary') || /refresh-\d/.test(text)
}

/** Short, for the story. */
export function nameOf({ family, serial }: Pick<IssuedTokens, 'family' | 'serial'>): string {
  return `${family.sub}/s${family.id}#${serial}`
}

function base64url(text: string): string {
  return btoa(text).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
}
