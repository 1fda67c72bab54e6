import type { Clock } from '../platform/clock'
import { type Arrival, expiryOf } from '../tokens/expiry'
import { type StoredSession, spendable, tokenSetOf } from '../tokens/token-set'
import type { LogoutReason, Phase, SessionState } from './phase'
import type { SessionEvent } from './session-event'
import type { Superseded } from './superseded'

/** What memory holds of the session: the one owner of the phase. The app hears of each change. */
export interface Memory {
  readonly phase: Phase
  /** Changes whenever a read that is under way may have become too old to be taken. */
  readonly version: number
  /** The store was written: what is being read now may be what was there before. */
  outdate(): void
  become(next: Phase, state: SessionState): void
  /**
   * Holds these tokens from now on.
   * @param epochStep 1 where they begin another session, 0 where they belong to the one that is held.
   * @param doubtStep 1 where nothing tells which of the two it is.
   */
  hold(tokens: StoredSession, arrival: Arrival, epochStep: 0 | 1, doubtStep?: 0 | 1): void
  /** Ends the session: nothing is held any more. */
  vacate(dead: StoredSession, reason: LogoutReason): void
  /**
   * Of a session that has ended before it was read: only now it is known what it ended with. For the app nothing changes, but a read that
   * is under way may show who was there before.
   */
  bury(dead: StoredSession): void
}

export function createMemory(clock: Clock, superseded: Superseded, emit: (event: SessionEvent) => void): Memory {
  let phase: Phase = { state: Object.freeze({ status: 'restoring' }), epoch: 0, generation: 0, doubt: 0 }
  let version = 0

  const become: Memory['become'] = (next, state) => {
    phase = { ...next, state: Object.freeze(state) }
    version++
    emit({ type: 'session-changed', state })
  }

  return {
    get phase() {
      return phase
    },
    get version() {
      return version
    },
    outdate: () => void version++,
    become,

    hold(tokens, arrival, epochStep, doubtStep = 0) {
      const set = tokenSetOf(tokens)
      const old = tokenSetOf(phase.held)
      // An access token that stays beside another refresh token was not received just now.
      const isOld = set && old && set.accessToken === old.accessToken && set.expiresAt === old.expiresAt
      const expiry = (isOld && phase.held && phase.expiry) || (set ? expiryOf(set, arrival, clock.now()) : {})
      const { expiresAt } = expiry
      const held = { ...tokens, ...(set && expiresAt && { expiresAt }) }
      const generation = phase.generation + 1
      // Signed in to again, also under the id or with the tokens of a session that is over (not every server gives new ones each time):
      // they may be seen in the store from now on.
      superseded.forget([tokens.sessionId ?? '', spendable(tokens), set?.accessToken ?? ''])
      become(
        { ...phase, held, expiry, epoch: phase.epoch + epochStep, generation, doubt: phase.doubt + doubtStep },
        { status: 'authenticated', sessionId: tokens.sessionId, generation, expiresAt },
      )
    },

    vacate: (dead, reason) => become({ ...phase, held: undefined, dead, epoch: phase.epoch + 1 }, { status: 'ended', reason }),

    bury(dead) {
      phase = { ...phase, held: undefined, dead }
      version++
    },
  }
}
