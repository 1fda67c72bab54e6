import { isPromise, type MaybePromise } from '../platform/maybe-promise'
import type { StoredSession } from '../tokens/token-set'
import type { Memory } from './memory'
import type { Phase } from './phase'
import type { StoreAccess } from './store-access'

/** Reads the store. */
export interface Look {
  (): MaybePromise<Phase>
  /**
   * For who comes during the first read: what it finds. That it finds nobody may be older than a sign-in elsewhere which the caller
   * knows of: then the store has been read once more. Who is found counts: a keychain asks a person, and once for all (F35).
   */
  restored(): Promise<Phase> | undefined
}

/**
 * Reads the store for all who ask: one read at a time, and none that is older than who asked or than our own last change.
 * @param take what was read becomes what is true now.
 */
export function createLook(store: Pick<StoreAccess, 'read'>, memory: Memory, take: (read: StoredSession | null) => Phase): Look {
  let looking: Promise<Phase> | undefined
  let nextLook: Promise<Phase> | undefined
  let restored: Promise<Phase> | undefined

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
