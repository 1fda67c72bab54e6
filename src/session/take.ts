import type { AuthError } from '../errors/auth-error'
import { type StoredSession, sameTokens } from '../tokens/token-set'
import type { EarlySignOut } from './early-sign-out'
import type { Memory } from './memory'
import type { Ended } from './partings'
import type { LogoutReason, Phase } from './phase'
import { reconcile } from './reconcile'
import type { Saves } from './saves'
import type { SessionEvent } from './session-event'
import type { Superseded } from './superseded'

/** How a session has come to its end. */
export interface Ending {
  readonly reason: LogoutReason
  readonly error?: AuthError | undefined
}

/** What a read of the store does to the session of this client. */
export interface Take {
  /** Makes what was read the session, where `reconcile` says so; what the store lacks is owed to it. */
  (read: StoredSession | null): Phase
  /** What the store showed last. */
  shown(): StoredSession | null
}

/**
 * @param sessionless the grant starts from nothing: whatever the store holds is the service's own, never another user's session.
 * @param endingOf how the session of that phase, which the store no longer shows, has come to its end; `undefined` where it has none.
 */
export function createTake(
  memory: Memory,
  superseded: Superseded,
  earlySignOut: EarlySignOut,
  saves: () => Saves,
  sessionless: boolean,
  emit: (event: SessionEvent) => void,
  onEnd: Ended,
  endingOf: (phase: Phase) => Ending | undefined,
): Take {
  let shown: StoredSession | null = null

  /** What we hold, or that we hold nothing, is still to be saved. */
  const owe = (found: StoredSession | null): void => {
    const read = found && { ...found } // An app may change its own in place.
    const { owed, isWriting, writeOver } = saves()
    // Force lasts as long as its first save: after that, a sign-in elsewhere counts again.
    const insists = owed?.force && isWriting
    // Before anything is owed anew: what was signed out of stays signed out of, also once a later sign-in is saved over it.
    if (read || !insists) earlySignOut.found(read)
    // The store had not been read before: this is what will be written over.
    if (owed?.force && owed.behind === undefined && (insists || !memory.phase.held)) writeOver(read)
    saves().owed = insists ? { ...owed, ...saves().owed, overlooked: read } : { behind: read }
  }

  const become = (read: StoredSession, isOurs: boolean, isInDoubt: boolean): void => {
    const { held, state, doubt } = memory.phase
    if (isOurs && held) superseded.replace(held, read)
    if (isInDoubt && !doubt) emit({ type: 'session-id-missing' })
    // Our own session, though the store has dropped the id that it was given: kept, or the next comparison would have none.
    const sessionId = read.sessionId ?? (isOurs ? held?.sessionId : undefined)
    const next = sessionId ? { ...read, sessionId } : read
    const staysSame = isOurs || isInDoubt || sessionless
    memory.hold(next, state.status === 'restoring' ? 'restored' : 'seen', staysSame ? 0 : 1, isInDoubt ? 1 : 0)
  }

  const take = (read: StoredSession | null): Phase => {
    shown = read
    const { held, state } = memory.phase
    const { owed, unsaved, resume } = saves()
    if (held && !owed && sameTokens(read, held)) return memory.phase
    const known = reconcile(memory.phase, read, unsaved, superseded)
    // The entry of a service that is gone, such as after its time to live, takes nothing away that was just received.
    const isOwed = known === 'end' && owed && !endingOf(memory.phase)
    const verdict = isOwed ? 'stale' : known === 'doubt' && sessionless ? 'adopt' : known
    if (verdict === 'keep') {
      if (state.status === 'restoring') memory.become(memory.phase, { status: 'anonymous' })
      // A sign-in is saved all the same: who shows its tokens already need not have kept them, and does not know its id.
      if (!held || !owed?.force) saves().owed = owed && read && !held ? { behind: read } : undefined
    } else if (verdict === 'stale') owe(read)
    else {
      earlySignOut.found(null) // Whoever is there now came later than a sign-out that still waits to read.
      saves().owed = undefined
      if (read) become(read, verdict === 'adopt', verdict === 'doubt')
      else if (held) {
        const ending = endingOf(memory.phase)
        if (ending) {
          memory.vacate(held, ending.reason)
          onEnd(ending.reason, held, ending.error)
        } else memory.become({ ...memory.phase, held: undefined }, { status: 'anonymous' })
      }
    }
    // What may be owed: what we hold; or, to a store that still shows a session, that this one is over.
    if (memory.phase.held || read) resume()
    return memory.phase
  }

  return Object.assign(take, { shown: () => shown })
}
