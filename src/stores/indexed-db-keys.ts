import { StorageError } from '../errors/storage-error'
import type { KeyPair } from '../platform/crypto-key'
import { settled } from './idb-request'
import { transact } from './idb-transaction'

/** Keys that can't be exported, kept by the browser itself: no script can read them, also not one that was injected. */
export interface KeyStore {
  /** The pair that is kept; `undefined` for none. */
  load(): Promise<KeyPair | undefined>
  /** Keeps the first pair alone: of tabs that save at once, all but one `load` another one's. */
  save(keys: KeyPair): Promise<void>
}

const table = 'keys'

/**
 * Keeps a key pair in IndexedDB, as it is, for all tabs of an origin.
 * @param name one per app on the origin; it may be the name of an `indexedDbStore`.
 * @throws {TypeError} for an empty name. `load` and `save` reject with `StorageError` where IndexedDB is missing or refuses.
 */
export function indexedDbKeyStore(name: string): KeyStore {
  if (!name) throw new TypeError("indexedDbKeyStore needs a name, such as 'my-app'")

  const use = async <Result>(mode: IDBTransactionMode, act: (keys: IDBObjectStore) => Promise<Result>): Promise<Result> => {
    try {
      // No name of an `indexedDbStore` makes this one.
      return await transact(`authenticated-client-keys.${name}`, table, mode, act)
    } catch (cause) {
      throw new StorageError('IndexedDB is missing, or refused', { cause })
    }
  }

  return {
    load: () => use<KeyPair | undefined>('readonly', (keys) => settled(keys.get(table))),
    save: (pair) =>
      use('readwrite', async (keys) => {
        if (!(await settled(keys.get(table)))) await settled(keys.put(pair, table))
      }),
  }
}
