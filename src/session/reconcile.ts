import { isSameSignIn } from '../tokens/session-identity'
import { type StoredSession, sameTokens, spendable, tokenSetOf } from '../tokens/token-set'
import type { Phase } from './phase'
import type { Superseded } from './superseded'

/** What the store does not hold yet: to be written over `behind`, or (`force`) over whatever it holds. */
export interface Unsaved {
  /** A sign-in or a sign-out that is being saved: it goes over whatever the store holds, even over what others have just written. */
  readonly force?: true
  /** The generation that a sign-in began with: once a write of that has landed, what is owed is a rotation of it, without force. */
  readonly since?: number
  /** Its force ends at other sessions: it goes neither over one of theirs, nor over nothing, which is what they leave by signing out. */
  readonly yields?: boolean | undefined
  /** What the store held before; `null` for nothing, `undefined` where it was not read yet. */
  readonly behind: StoredSession | null | undefined
  /** What a read since then has shown, and force has passed over: what was before, or what others have written since. */
  readonly overlooked?: StoredSession | null | undefined
}

/**
 * What a read of the store means for what we hold.
 * - `keep`: nothing new.
 * - `stale`: the store is behind us: what we hold still has to be saved.
 * - `begin`: a session where we had none.
 * - `adopt`: our session, rotated by somebody else.
 * - `doubt`: our session or another one: nothing tells which.
 * - `replace`: another session.
 * - `end`: signed out elsewhere.
 */
export type Verdict = 'keep' | 'stale' | 'begin' | 'adopt' | 'doubt' | 'replace' | 'end'

/**
 * Compares what was read with what we hold, with what it ended with where it is over (`dead`), and with what was ours before.
 * @param unsaved what the store does not hold yet, if anything.
 * @param superseded tokens that newer ones of ours took the place of: a consumed refresh token is never adopted; and the ids of
 * sessions that were signed out of here.
 */
export function reconcile(
  { held, dead }: Pick<Phase, 'held'> & { readonly dead?: StoredSession | undefined },
  read: StoredSession | null,
  unsaved: Unsaved | undefined,
  superseded: Pick<Superseded, 'has'>,
): Verdict {
  const behind = unsaved?.behind
  // Another session is written over. One of ours may be what we have just written, or what others have made of that: it is looked at
  // below, unless we are about to write over a session of ours anyway.
  const writesOverOurs = behind === undefined ? !sameTokens(read, held) : isSession(held, behind)
  if (unsaved?.force && (!isSession(held, read) || writesOverOurs) && !givesWay(held, read, unsaved)) return 'stale'
  // Ended stays ended until the store shows another refresh token, or another access token where there is none (rule 15).
  if (!held) {
    const isDead = read && dead && spendable(read) === spendable(dead)
    return !read || isDead || superseded.has(spendable(read)) || superseded.has(read.sessionId) ? 'keep' : 'begin'
  }
  if (sameTokens(read, held)) return 'keep'
  if (behind !== undefined && sameTokens(read, behind)) return 'stale'
  if (!read) return 'end'
  if (
    // Signed out of here. Only where we know our own id: a session found without one may be that very session, signed in to again.
    (held.sessionId && superseded.has(read.sessionId)) ||
    superseded.has(spendable(read)) ||
    // The same refresh token, with an access token that we had before.
    (spendable(read) === spendable(held) && superseded.has(tokenSetOf(read)?.accessToken))
  )
    return 'stale'
  const same = isSameSignIn(held, read)
  return same ? 'adopt' : same === undefined ? 'doubt' : 'replace'
}

/** Whether what is owed gives way to what was read: it yields, or others have signed in since an earlier read. */
export function givesWay(held: StoredSession | undefined, read: StoredSession | null, { yields, behind, overlooked }: Unsaved): boolean {
  if (yields && !isSession(held, read) && !sameTokens(read, behind)) return true
  if (overlooked === undefined || !read || !held) return false
  // New since then, and neither ours nor what we are to write over: only somebody who has signed in meanwhile can have written it.
  return [held, behind, overlooked].every((known) => !known || isSameSignIn(known, read) === false)
}

/** Whether both are known to be of one session. */
function isSession(one: StoredSession | null | undefined, other: StoredSession | null | undefined): boolean {
  return Boolean(one && other && isSameSignIn(one, other))
}
