import { inTime } from '../platform/bounded'
import type { Clock } from '../platform/clock'
import { type StoredSession, type TokenSet, tokenSetOf } from '../tokens/token-set'
import type { Phase } from './phase'
import type { RefreshOutcome } from './refresh-outcome'
import type { Session } from './session'

/** Rule 5: what a refresh gave is published, then saved. */
export interface Keeper {
  /** Whether what that phase holds is being saved. */
  isSaving(phase: Phase): boolean
  /**
   * Resolves when it is saved, or has failed to be; the outcome is settled then, or after a second. Tokens for a target go to who asked,
   * and the session keeps what rotated.
   */
  keep(phase: Phase, got: StoredSession, isForTarget: boolean, settle: (outcome: RefreshOutcome) => void): Promise<void>
  /** Resolves when what others of this client are saving is in the store, or has failed to be; or after a second. */
  landed(): Promise<void>
}

/** @param discard for tokens that nobody will use. */
export function createKeeper(session: Session, clock: Clock, discard: (tokens: TokenSet | null) => void): Keeper {
  let saving: Phase | undefined
  return {
    isSaving: ({ generation }) => generation === saving?.generation,
    async keep(phase, got, isForTarget, settle) {
      const own = tokenSetOf(phase.held)
      const tokens = tokenSetOf(got)
      const { refreshToken = own?.refreshToken } = tokens ?? {}
      const isRotated = !isForTarget || (own && refreshToken !== own.refreshToken)
      const saved = isRotated && session.rotate(phase, isForTarget && own ? { ...own, refreshToken } : got).catch(() => {})
      const published = session.phase
      const tell = (): void => {
        const isKept = session.phase.epoch === published.epoch
        if (!isKept) discard(tokens)
        settle({ kind: isKept ? 'refreshed' : 'session-changed', tokens })
      }
      if (!saved) return tell()
      saving = published
      inTime(saved, clock).then(tell)
      await saved
      if (saving === published) saving = undefined
    },
    landed: () => inTime(session.saved(), clock),
  }
}
