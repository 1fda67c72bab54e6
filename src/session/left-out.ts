import { plain, type StoredSession, tokenSetOf } from '../tokens/token-set'

/**
 * What the answer to a step-up lacks, and the session has: not every server gives a refresh token again when a person was asked for more.
 * An empty one is none (F19).
 */
export function leftOut(tokens: StoredSession, held: StoredSession): Partial<StoredSession> {
  const given = plain(tokens)
  const isMissing = (name: string): boolean => /^(refresh|id)Token$/.test(name) && !given[name as keyof StoredSession]
  return Object.fromEntries(Object.entries(held).filter(([name, value]) => tokenSetOf(tokens) && value && isMissing(name)))
}
