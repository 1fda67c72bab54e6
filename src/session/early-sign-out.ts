import { isSameSignIn } from '../tokens/session-identity'
import type { StoredSession } from '../tokens/token-set'
import type { Memory } from './memory'
import type { Partings } from './partings'
import type { Saves } from './saves'
import type { StoreAccess } from './store-access'
import type { Superseded } from './superseded'

/** Signing out before the first read of the store is done: the first session that it shows is the one that was meant. */
export interface EarlySignOut {
  /**
   * Hears every read. While a sign-out waits for the first of them and its own read has failed, or is the slower one, this one counts:
   * the store is cleared in the background, and then the app hears of the end.
   */
  found(read: StoredSession | null): void
  /** Ends the session that nobody has seen yet, and clears the store; then the app hears of it, if there was one. */
  signOut(): Promise<void>
}

export function createEarlySignOut(
  store: Pick<StoreAccess, 'read'>,
  memory: Memory,
  superseded: Superseded,
  partings: Partings,
  saves: () => Saves,
): EarlySignOut {
  let isWaiting = false

  /** Takes what the store shows for the session that was signed out of, if a sign-out still waits for it; says whether it is. */
  const retire = (read: StoredSession | null): boolean => {
    const { held } = memory.phase
    // Not a session that another read has shown before, and that is ours since.
    const isMeant = isWaiting && read !== null && !(held && isSameSignIn(held, read))
    if (isMeant) superseded.retire(read, true)
    isWaiting = false
    return isMeant
  }

  return {
    found(read) {
      if (!retire(read) || !read || memory.phase.held) return
      memory.bury(read)
      saves()
        .save()
        .catch(() => {})
        .finally(partings.of('signed_out', read))
    },
    async signOut() {
      memory.become({ ...memory.phase, epoch: memory.phase.epoch + 1 }, { status: 'ended', reason: 'signed_out' })
      saves().owed = { force: true, behind: undefined }
      isWaiting = true
      const before = memory.phase
      const parted = await saves().inTurn(async () => {
        const found = await store.read()
        retire(found)
        // Somebody has signed in here meanwhile: what is to be saved now is theirs.
        if (memory.phase !== before) return
        saves().owed = found ? { force: true, behind: found } : undefined
        if (found) memory.bury(found)
        else memory.become(before, { status: 'anonymous' })
        return found
      })
      if (parted || !memory.phase.held)
        await saves()
          .save()
          .finally(parted && partings.of('signed_out', parted))
    },
  }
}
