import { inTime } from '../platform/bounded'
import type { Clock } from '../platform/clock'
import { type StoredSession, type TokenSet, tokenSetOf } from '../tokens/token-set'
import type { Phase } from './phase'
import type { RefreshOutcome } from './refresh-outcome'
import type { Session } from './session'

/** Publishes what a refresh gave, then saves it (rule 5). */
export interface Keeper {
  /** Whether what that phase holds is being saved. */
  isSaving(phase: Phase): boolean
  /**
   * Resolves when `got` is saved, or could not be. `settle` is called then too, or after a second if that takes longer.
   * @param phase what the session holds, right before `got` takes its place.
   * @param isForTarget the access token is for a resource and goes to those who asked for it, or there is a better one by now: the session
   * keeps its own, and takes the refresh token alone, if that was rotated.
   */
  keep(phase: Phase, got: StoredSession, isForTarget: boolean, settle: (outcome: RefreshOutcome) => void): Promise<void>
  /** Resolves when every save of this client that is under way has settled, or after a second. */
  landed(): Promise<void>
}

/** @param discard for tokens that nobody will use. */
export function createKeeper(session: Session, clock: Clock, discard: (tokens: TokenSet | null) => void): Keeper {
  let unsaved: Phase | undefined
  return {
    isSaving: ({ generation }) => generation === unsaved?.generation,
    async keep(phase, got, isForTarget, settle) {
      const own = tokenSetOf(phase.held)
      const tokens = tokenSetOf(got)
      const { refreshToken = own?.refreshToken } = tokens ?? {}
      const isChanged = !isForTarget || (own && refreshToken !== own.refreshToken)
      // Whether it could be saved doesn't matter here: it is held, and saved with the next call.
      const saving = isChanged && session.rotate(phase, isForTarget && own ? { ...own, refreshToken } : got).catch(() => {})
      const published = session.phase
      const tell = (): void => {
        const isKept = session.phase.epoch === published.epoch
        if (!isKept) discard(tokens)
        settle({ kind: isKept ? 'refreshed' : 'session-changed', tokens })
      }
      if (!saving) return tell()
      unsaved = published
      inTime(saving, clock).then(tell)
      await saving
      if (unsaved === published) unsaved = undefined
    },
    landed: () => inTime(session.landed(), clock),
  }
}
