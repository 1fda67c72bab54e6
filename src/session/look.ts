import { isPromise, type MaybePromise } from '../platform/maybe-promise'
import type { StoredSession } from '../tokens/token-set'
import type { Memory } from './memory'
import type { Phase } from './phase'
import type { StoreAccess } from './store-access'

/** Reads the store. */
export interface Look {
  /** Reads it, and gives the phase that follows; without a promise where the store answers without one. */
  (): MaybePromise<Phase>
  /**
   * For a call made while the first read is under way: what that read finds; `undefined` once it is over. A session that it finds counts:
   * a keychain may have asked a person for it, and must not ask again (F35). If it finds none, the store is read once more before this
   * resolves (with nobody, all the same): the caller may know of a sign-in elsewhere that came after the read had begun.
   */
  restored(): Promise<Phase> | undefined
}

/**
 * Reads the store for all who ask, one read at a time. No one is given a read that began before our own last change; nor, but for the first
 * read, one that began before they asked.
 * @param take makes what was read the session of this client, or decides that it is not.
 */
export function createLook(store: Pick<StoreAccess, 'read'>, memory: Memory, take: (read: StoredSession | null) => Phase): Look {
  let looking: Promise<Phase> | undefined
  let nextLook: Promise<Phase> | undefined
  let restored: Promise<Phase> | undefined

  /** Takes the answer that comes, or, where we have changed something meanwhile, that of another read. */
  const takeLater = async (first: PromiseLike<StoredSession | null>): Promise<Phase> => {
    for (let answer: MaybePromise<StoredSession | null> = first; ; answer = store.read()) {
      const before = memory.version
      const read = await answer
      // A read that began before our own change says what was, not what is.
      if (memory.version === before) return take(read)
    }
  }

  const isRestoring = (): boolean => memory.phase.state.status === 'restoring'

  const look = (): MaybePromise<Phase> => {
    if (looking) {
      if (isRestoring()) return looking
      // A read already under way may be older than its caller: the next one serves all who came meanwhile.
      nextLook ??= looking
        .catch(() => {})
        .then(() => {
          nextLook = undefined
          return look()
        })
      return nextLook
    }
    const answer = store.read()
    if (!isPromise(answer)) return take(answer)
    looking = takeLater(answer).finally(() => {
      looking = undefined
      restored = undefined
    })
    return looking
  }

  return Object.assign(look, {
    restored() {
      if (!isRestoring()) return undefined
      restored ??= looking?.then(async (phase) => {
        if (!phase.held) await look()
        return phase
      })
      return restored
    },
  })
}
