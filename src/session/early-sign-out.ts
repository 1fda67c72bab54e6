import type { StoredSession } from '../tokens/token-set'
import type { Memory } from './memory'
import type { Partings } from './partings'
import type { Saves } from './saves'
import type { StoreAccess } from './store-access'
import type { Superseded } from './superseded'

/** Signing out before the store has answered: whatever it shows first is what was meant. */
export interface EarlySignOut {
  /** Hears every read. Where the sign-out's own has failed, or is the slower one, the store is cleared now, and then the app hears. */
  found(read: StoredSession | null): void
  /** Ends what nobody has seen yet, and clears the store. */
  signOut(): Promise<void>
}

export function createEarlySignOut(
  store: Pick<StoreAccess, 'read'>,
  memory: Memory,
  superseded: Superseded,
  partings: Partings,
  saves: () => Saves,
): EarlySignOut {
  let isOpen = false

  const leave = (found: StoredSession | null): boolean => {
    const isLeft = isOpen && found !== null
    if (isLeft) superseded.retire(found, true)
    isOpen = false
    return isLeft
  }

  return {
    found(read) {
      if (!leave(read) || !read || memory.phase.held) return
      memory.bury(read)
      saves()
        .save()
        .catch(() => {})
        .finally(partings.of('signed_out', read))
    },
    async signOut() {
      memory.become({ ...memory.phase, epoch: memory.phase.epoch + 1 }, { status: 'ended', reason: 'signed_out' })
      saves().owed = { force: true, behind: undefined }
      isOpen = true
      const before = memory.phase
      const left = await saves().inTurn(async () => {
        const found = await store.read()
        leave(found)
        if (memory.phase !== before) return
        saves().owed = found ? { force: true, behind: found } : undefined
        if (found) memory.bury(found)
        else memory.become(before, { status: 'anonymous' })
        return found
      })
      if (left || !memory.phase.held)
        await saves()
          .save()
          .finally(left ? partings.of('signed_out', left) : () => {})
    },
  }
}
