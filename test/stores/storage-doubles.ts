import type { AsyncStorage } from '../../src/stores/async-storage'
import type { Keychain } from '../../src/stores/keychain-storage'
import type { SecureStore } from '../../src/stores/secure-storage'
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

export interface SecureStoreDouble extends SecureStore {
  readonly content: Map<string, string>
  /** What each call was given as its options. */
  readonly options: unknown[]
}

/** expo-secure-store, where it takes no more than it promises to: other keys and longer values are refused. */
export function secureStoreDouble(): SecureStoreDouble {
  const storage = asyncStorageDouble()
  const options: unknown[] = []
  const check = (key: string, given: unknown): void => {
    if (!/^[\w.-]+$/.test(key)) throw new Error('Invalid key')
    options.push(given)
  }
  return {
    content: storage.content,
    options,
    async getItemAsync(key, given) {
      check(key, given)
      return (await storage.getItem(key)) ?? null
    },
    async setItemAsync(key, value, given) {
      check(key, given)
      if (new TextEncoder().encode(value).length > 2048) throw new Error('Value is larger than 2048 bytes')
      await storage.setItem(key, value)
    },
    async deleteItemAsync(key, given) {
      check(key, given)
      await storage.removeItem(key)
    },
  }
}

export interface KeychainDouble extends Keychain {
  readonly content: Map<string, string>
  readonly options: unknown[]
}

/** react-native-keychain: one password for each service. */
export function keychainDouble(): KeychainDouble {
  const storage = asyncStorageDouble()
  const options: unknown[] = []
  const serviceOf = (given: object | undefined): string => {
    options.push(given)
    return (given as { service: string }).service
  }
  return {
    content: storage.content,
    options,
    async getGenericPassword(given) {
      const service = serviceOf(given)
      const password = await storage.getItem(service)
      return password == null ? false : { username: service, password, service, storage: 'keychain' }
    },
    async setGenericPassword(_username, password, given) {
      const service = serviceOf(given)
      await storage.setItem(service, password)
      return { service, storage: 'keychain' }
    },
    async resetGenericPassword(given) {
      await storage.removeItem(serviceOf(given))
      return true
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
