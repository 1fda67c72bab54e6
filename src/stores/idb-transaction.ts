import { settled } from './idb-request'

/**
 * One transaction on the one table of a database, which is made where it is missing. Settles when the transaction is complete: what it
 * wrote is there for every tab. Nothing but the table's requests may be awaited in `act`.
 */
export async function transact<Result>(
  name: string,
  table: string,
  mode: IDBTransactionMode,
  act: (records: IDBObjectStore) => Promise<Result>,
): Promise<Result> {
  const opening = globalThis.indexedDB.open(name, 1)
  opening.onupgradeneeded = () => void opening.result.createObjectStore(table)
  const database = await settled(opening)
  // Another version of this package must not wait for us.
  database.onversionchange = () => database.close()
  try {
    const transaction = database.transaction(table, mode)
    const done = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve()
      transaction.onabort = () => reject(transaction.error ?? new Error('aborted'))
    })
    done.catch(() => {})
    const result = await act(transaction.objectStore(table))
    await done
    return result
  } finally {
    database.close()
  }
}
