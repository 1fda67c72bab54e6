import type { AsyncStorage } from '../../src/stores/async-storage'
import type { SyncStorage } from '../../src/stores/web-storage'

/** A `Storage` whose content a test can look at and spoil. */
export interface StorageDouble extends SyncStorage {
  readonly content: Map<string, string>
  /** How often it was read. */
  readonly reads: number
}

export function storageDouble(): StorageDouble {
  const content = new Map<string, string>()
  let reads = 0
  return {
    content,
    get reads() {
      return reads
    },
    getItem(key) {
      reads += 1
      return content.get(key) ?? null
    },
    setItem: (key, value) => void content.set(key, value),
    removeItem: (key) => void content.delete(key),
  }
}

export interface AsyncStorageDouble extends AsyncStorage {
  readonly content: Map<string, string>
}

/** Every operation takes another number of turns, before and after it takes effect: interleaved callers meet in every order. */
export function asyncStorageDouble(): AsyncStorageDouble {
  const content = new Map<string, string>()
  return {
    content,
    async getItem(key) {
      await turns()
      const value = content.get(key) ?? null
      await turns()
      return value
    },
    async setItem(key, value) {
      await turns()
      content.set(key, value)
      await turns()
    },
    async removeItem(key) {
      await turns()
      content.delete(key)
      await turns()
    },
  }
}

/** Gives way 0 to 6 times, in a fixed order. */
export const turns = unevenTurns()

export function unevenTurns(): () => Promise<void> {
  let seed = 1
  return async () => {
    seed = (seed * 48_271) % 2_147_483_647
    for (let left = seed % 7; left > 0; left -= 1) await null
  }
}
