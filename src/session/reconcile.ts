import { compareSessions } from '../tokens/session-identity'
import { isTokenSet, type StoredSession, sameTokens } from '../tokens/token-set'
import type { Phase } from './phase'

/**
 * What a read of the store means for what we hold.
 * - `keep`: nothing new.
 * - `stale`: the store is behind us: what we hold still has to be saved.
 * - `begin`: a session where we had none. `adopt`: ours, rotated by somebody else. `doubt`: the same, or another one.
 * - `replace`: another session. `end`: signed out elsewhere. `anonymous`: there was none to restore.
 */
export type Verdict = 'keep' | 'stale' | 'begin' | 'adopt' | 'doubt' | 'replace' | 'end' | 'anonymous'

export function reconcile(
  phase: Phase,
  read: StoredSession | null,
  known: {
    /** What the store held when we last tried to save; absent when nothing is left to save. */
    readonly unsaved?: { readonly expected: StoredSession | null } | undefined
    /** Tokens that newer ones of ours took the place of: a consumed refresh token is never adopted. */
    readonly superseded: ReadonlySet<string>
    /** The grant needs no session: whatever is stored is the service's own. */
    readonly sessionless: boolean
  },
): Verdict {
  if (phase.status === 'ended') {
    // Ended stays ended until the store shows another refresh token, or another access token where there is none.
    return !read || known.superseded.has(spendable(read)) || spendable(read) === spendable(phase.dead) ? 'keep' : 'begin'
  }
  if (phase.status !== 'authenticated') return read ? 'begin' : phase.status === 'restoring' ? 'anonymous' : 'keep'
  const { tokens } = phase
  if (read === tokens || sameTokens(read, tokens)) return 'keep'
  if (known.unsaved && sameTokens(read, known.unsaved.expected)) return 'stale'
  if (!read) return 'end'
  if (known.superseded.has(spendable(read)) || (spendable(read) === spendable(tokens) && known.superseded.has(bearerOf(read))))
    return 'stale'
  const compared = compareSessions(tokens, read)
  if (compared === 'unknown') return known.sessionless ? 'adopt' : 'doubt'
  return compared === 'same' ? 'adopt' : 'replace'
}

/** What `next` took the place of in `previous`, for `superseded`. */
export function supersededBy(next: StoredSession, previous: StoredSession): string[] {
  return [spendable(previous), bearerOf(previous)].filter((token) => token !== spendable(next) && token !== bearerOf(next))
}

// What a refresh consumes; where there is no refresh token, what a sign-in replaces.
function spendable(stored: StoredSession): string {
  return isTokenSet(stored) ? (stored.refreshToken ?? stored.accessToken) : `${stored.sessionId}#${stored.counter}`
}

function bearerOf(stored: StoredSession): string {
  return isTokenSet(stored) ? stored.accessToken : spendable(stored)
}
