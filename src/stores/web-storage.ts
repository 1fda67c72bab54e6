import { StorageError } from '../errors/storage-error'
import { type StoredSession, sameTokens } from '../tokens/token-set'
import { defaultLock } from './default-lock'
import { decodeRecord, encodeRecord, recordKey } from './record'
import { requireStorage, storageFailed } from './storage-access'
import { tabHints } from './tab-hints'
import type { TokenStore } from './token-store'

/** The part of `Storage` that is used; synchronous. */
export interface SyncStorage {
  /** What was kept under the key; `null` for nothing. */
  getItem(key: string): string | null
  /** Keeps it, in place of what was there. */
  setItem(key: string, value: string): void
  /** Forgets it. */
  removeItem(key: string): void
}

/** Options of `webStorageStore`. */
export interface WebStorageOptions {
  /**
   * `'local'`: one session for all tabs, kept. `'session'`: one for this tab, gone with it. Or a synchronous storage of your own.
   * @default 'local'
   */
  readonly storage?: 'local' | 'session' | SyncStorage | undefined
}

/**
 * Keeps the session in `localStorage`, as JSON under `authenticated-client.<name>`; any script of the page can read it. Other tabs,
 * and other stores of the same name in this page, are told of a change, and re-read when the page comes back from the back-forward cache.
 * The storage is looked up when it is used, so a server may construct this.
 * @param name letters, digits, `.`, `_`, `-`: one per app on the origin.
 * @throws {TypeError} for a bad name or storage. `read` and `write` throw `StorageError`: the storage is missing, refused or full, or
 * holds what this package did not write, which is never overwritten.
 */
export function webStorageStore(name: string, options: WebStorageOptions = {}): TokenStore {
  const key = recordKey(name)
  const storage = options.storage ?? 'local'
  if (storage !== 'local' && storage !== 'session') requireStorage(storage, "or 'local' or 'session'")
  const chosen = defaultLock()
  const tabs = tabHints(key)

  const use = <Result>(action: (area: SyncStorage) => Result): Result => {
    try {
      return action(typeof storage === 'string' ? globalStorage(storage) : storage)
    } catch (cause) {
      throw cause instanceof StorageError ? cause : storageFailed(key, cause)
    }
  }
  const read = (): StoredSession | null =>
    decodeRecord(
      use((area) => area.getItem(key)),
      key,
    )

  return {
    name,
    lock: chosen.lock,
    get coordination() {
      return isShared(storage) ? chosen.coordination : 'client'
    },
    read,
    write(next, expected) {
      // Atomic within a page, since nothing here waits. Between tabs nothing makes it so (the storage mutex that HTML once
      // specified was never built): there the refresh lock excludes.
      if (!sameTokens(read(), expected)) return false
      const text = next && encodeRecord(next)
      use((area) => (text === null ? area.removeItem(key) : area.setItem(key, text)))
      tabs.tell()
      return true
    },
    subscribe: tabs.subscribe,
  }
}

function globalStorage(kind: 'local' | 'session'): SyncStorage {
  const found = kind === 'local' ? globalThis.localStorage : globalThis.sessionStorage
  if (found) return found
  throw new StorageError(
    `There is no ${kind}Storage here: use memoryStore() on a server or in a worker, asyncStorageStore() in React Native`,
  )
}

/** Whether other tabs see what is written. */
function isShared(storage: 'local' | 'session' | SyncStorage): boolean {
  try {
    return storage === 'local' || storage === globalThis.localStorage
  } catch {
    return false // The getter refuses: then so does every read.
  }
}
