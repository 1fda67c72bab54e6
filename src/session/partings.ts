import type { AuthError } from '../errors/auth-error'
import type { StoredSession } from '../tokens/token-set'
import type { LogoutReason } from './phase'

/** Hears that a session ended. */
export type Ended = (reason: LogoutReason, dead: StoredSession, error?: AuthError) => void

/** The ends that the app is to hear of once the store is cleared, and before the next session is saved. */
export interface Partings {
  /** Returns what tells of it: once, however often it is called. */
  of(...end: Parameters<Ended>): () => void
  /** Tells of all that were not told yet. */
  tell(): void
}

export function createPartings(onEnd: Ended): Partings {
  const untold = new Set<() => void>()
  return {
    of(...end) {
      const tell = (): void => {
        if (untold.delete(tell)) onEnd(...end)
      }
      untold.add(tell)
      return tell
    },
    tell() {
      for (const tell of untold) tell()
    },
  }
}
