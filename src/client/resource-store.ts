import type { Clock } from '../platform/clock'
import { after } from '../platform/maybe-promise'
import type { Phase } from '../session/phase'
import type { Session } from '../session/session'
import { localLock } from '../stores/local-lock'
import type { Coordination } from '../stores/lock'
import type { TokenStore } from '../stores/token-store'
import { type StoredSession, sameTokens } from '../tokens/token-set'

/** Where the access tokens of one target live. */
export interface ResourceStore extends TokenStore {
  /** What it holds for the parent's session, as that is by this phase. */
  shown(phase: Phase): StoredSession | null
}

/**
 * The access tokens of one target for the session that the parent has now, and none of the one before. A session without any yet shows
 * one that can't stand in a header: it is never sent, and counts as spent. The session's id is kept as it was first: it may be given one
 * later.
 */
export function createResourceStore(
  session: Session,
  subscribe: (listener: () => void) => () => void,
  coordination: () => Coordination,
  clock: Clock,
): ResourceStore {
  let key: string | undefined
  let stored: StoredSession | null = null
  const shown = (phase: Phase): StoredSession | null => {
    const now = phaseKey(phase)
    if (now !== key) stored = phase.held ? { accessToken: now, sessionId: idOf(phase) } : null
    key = now
    return stored
  }
  return {
    shown,
    lock: localLock(clock),
    get coordination() {
      return coordination()
    },
    subscribe,
    read: () => after(session.look(), shown),
    write(next, expected) {
      if (!sameTokens(shown(session.phase), expected)) return false
      stored = next
      return true
    },
  }
}

/** Names the session of a phase: another text for each that isn't known to be the same. */
export function phaseKey({ epoch, doubt }: Phase): string {
  return `(${epoch}.${doubt})`
}

/** Where nothing tells whether the session is the same, it counts as another one. */
function idOf(phase: Phase): string {
  return (!phase.doubt && phase.held?.sessionId) || phaseKey(phase)
}
