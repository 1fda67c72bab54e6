import { LockTimeoutError } from '../errors/lock-timeout-error'
import { StorageError } from '../errors/storage-error'
import { type StoredSession, sameTokens } from '../tokens/token-set'
import { hints } from './hints'
import { localLock } from './local-lock'
import { decodeRecord, encodeRecord, recordKey } from './record'
import { requireStorage, storageFailed } from './storage-access'
import type { TokenStore } from './token-store'

/**
 * What AsyncStorage of React Native, localforage and others look like. expo-secure-store and react-native-keychain look otherwise: for
 * them there are `secureStorage` and `keychainStorage` in `/react-native`.
 */
export interface AsyncStorage {
  /** What is stored under `key`; `null` or `undefined` for nothing. */
  getItem(key: string): Promise<string | null | undefined>
  /** Settles once it is stored. */
  setItem(key: string, value: string): Promise<unknown>
  /** Settles once it is gone; also where there was nothing. */
  removeItem(key: string): Promise<unknown>
}

/**
 * Keeps the session in an asynchronous storage, as JSON under `authenticated-client.<name>`. Create it once and share it: what
 * others write to that storage may not be noticed before the next refresh.
 * @param name letters, digits, `.`, `_`, `-`: one per app.
 * @throws {TypeError} for a bad name or storage. `read` and `write` reject with `StorageError`: the storage failed (a locked
 * keychain, a full disk), or holds what this package did not write, which is never overwritten.
 */
export function asyncStorageStore(name: string, storage: AsyncStorage): TokenStore {
  const key = recordKey(name)
  requireStorage(storage, 'such as AsyncStorage')
  const writes = localLock()
  const [subscribe, hint] = hints()

  const use = async <Result>(action: () => Promise<Result>): Promise<Result> => {
    try {
      return await action()
    } catch (cause) {
      throw storageFailed(key, cause)
    }
  }
  const read = async (): Promise<StoredSession | null> => decodeRecord(await use(() => storage.getItem(key)), key)
  const swap = async (next: StoredSession | null, expected: StoredSession | null): Promise<boolean> => {
    if (!sameTokens(await read(), expected)) return false
    const text = next && encodeRecord(next)
    await use(() => (text === null ? storage.removeItem(key) : storage.setItem(key, text)))
    hint()
    return true
  }

  return {
    name,
    coordination: 'client',
    lock: localLock(),
    subscribe,
    read,
    async write(next, expected) {
      try {
        return await writes.hold(key, () => swap(next, expected), { waitTimeout: patience })
      } catch (cause) {
        if (!(cause instanceof LockTimeoutError)) throw cause
        throw new StorageError(`An earlier write to ${key} has not settled`, { cause }) // It may still land: nobody passes it.
      }
    },
  }
}

/** How long a write waits for the ones before it, in milliseconds. */
const patience = 10_000
