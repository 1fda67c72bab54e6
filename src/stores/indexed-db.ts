import { StorageError } from '../errors/storage-error'
import { type StoredSession, sameTokens } from '../tokens/token-set'
import { defaultLock } from './default-lock'
import { settled } from './idb-request'
import { transact } from './idb-transaction'
import { decodeRecord, encodeRecord, recordKey } from './record'
import { storageFailed } from './storage-access'
import { tabHints } from './tab-hints'
import type { TokenStore } from './token-store'

const table = 'session'

/**
 * Keeps the session in IndexedDB, as JSON; any script of the page can read it. For sessions that many tabs share and a strict server
 * rotates: a write compares and swaps in one transaction, which no other tab can come between, and a read shows what was written last.
 * `localStorage` promises neither: Firefox and Safari may show a tab an older value for a while (WebKit bug 225344). Works in workers too.
 * @param name letters, digits, `.`, `_`, `-`: one per app on the origin.
 * @throws {TypeError} for a bad name. `read` and `write` reject with `StorageError`: IndexedDB is missing, refused or full, or holds what
 * this package did not write, which is never overwritten.
 */
export function indexedDbStore(name: string): TokenStore {
  const key = recordKey(name)
  const chosen = defaultLock()
  const tabs = tabHints(`${key}.indexed-db`)

  const use = async <Result>(mode: IDBTransactionMode, act: (records: IDBObjectStore) => Promise<Result>): Promise<Result> => {
    try {
      return await transact(key, table, mode, act)
    } catch (cause) {
      throw cause instanceof StorageError ? cause : storageFailed(key, cause)
    }
  }
  const held = async (records: IDBObjectStore): Promise<StoredSession | null> => decodeRecord(await settled(records.get(table)), key)

  return {
    name,
    lock: chosen.lock,
    get coordination() {
      return chosen.coordination
    },
    subscribe: tabs.subscribe,
    read: () => use('readonly', held),
    async write(next, expected) {
      const text = next && encodeRecord(next)
      const isTaken = await use('readwrite', async (records) => {
        if (!sameTokens(await held(records), expected)) return false
        await (text === null ? settled(records.delete(table)) : settled(records.put(text, table)))
        return true
      })
      if (isTaken) tabs.tell()
      return isTaken
    },
  }
}
