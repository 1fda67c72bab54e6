import type { Clock } from '../platform/clock'
import { expiryOf, type Origin } from '../tokens/expiry'
import { type StoredSession, tokenSetOf } from '../tokens/token-set'
import type { LogoutReason, Phase, SessionState } from './phase'
import type { SessionEvent } from './session-event'
import type { Superseded } from './superseded'

/** What memory holds of the session: the one owner of the phase. The app hears of each change. */
export interface Memory {
  readonly phase: Phase
  /** Counts what makes a read that is under way a thing of the past. */
  readonly version: number
  /** From here on, what is being read says what was. */
  outdate(): void
  become(next: Phase, state: SessionState): void
  /** @param epochs how many sessions further: 0 = the same one. @param doubts likewise. */
  hold(tokens: StoredSession, origin: Origin, epochs: number, doubts?: number): void
  vacate(dead: StoredSession, reason: LogoutReason): void
  /** What it has ended with is known only now; for the app nothing changes. */
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

    hold(tokens, origin, epochs, doubts = 0) {
      const set = tokenSetOf(tokens)
      const expiry = set ? expiryOf(set, origin, clock.now()) : {}
      const { expiresAt } = expiry
      const held = { ...tokens, ...(set && expiresAt && { expiresAt }) }
      const generation = phase.generation + 1
      // Whoever is here again is no longer signed out.
      superseded.forget([tokens.sessionId ?? ''])
      become(
        { ...phase, held, expiry, epoch: phase.epoch + epochs, generation, doubt: phase.doubt + doubts },
        { status: 'authenticated', sessionId: tokens.sessionId, generation, expiresAt },
      )
    },

    vacate: (dead, reason) => become({ ...phase, held: undefined, dead, epoch: phase.epoch + 1 }, { status: 'ended', reason }),

    bury(dead) {
      phase = { ...phase, held: undefined, dead }
    },
  }
}
