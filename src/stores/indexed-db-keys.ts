import { StorageError } from '../errors/storage-error'
import { settled } from './idb-request'

/** Keys that can't be exported, kept by the browser itself: no script can read them, also not one that was injected. */
export interface KeyStore {
  load(): Promise<CryptoKeyPair | undefined>
  save(keys: CryptoKeyPair): Promise<void>
}

const table = 'keys'

/**
 * Keeps a key pair in IndexedDB, as it is, for all tabs of an origin.
 * @param name one per app on the origin.
 * @throws {TypeError} for an empty name. `load` and `save` reject with `StorageError` where IndexedDB is missing or refuses.
 */
export function indexedDbKeyStore(name: string): KeyStore {
  if (!name) throw new TypeError("indexedDbKeyStore needs a name, such as 'my-app'")

  const use = async <Result>(mode: IDBTransactionMode, act: (keys: IDBObjectStore) => IDBRequest<Result>): Promise<Result> => {
    try {
      const opening = globalThis.indexedDB.open(`authenticated-client.${name}`, 1)
      opening.onupgradeneeded = () => void opening.result.createObjectStore(table)
      const database = await settled(opening)
      try {
        return await settled(act(database.transaction(table, mode).objectStore(table)))
      } finally {
        database.close()
      }
    } catch (cause) {
      throw new StorageError('IndexedDB is missing, or refused', { cause })
    }
  }

  return {
    load: () => use<CryptoKeyPair | undefined>('readonly', (keys) => keys.get(table)),
    save: async (pair) => void (await use('readwrite', (keys) => keys.put(pair, table))),
  }
}
