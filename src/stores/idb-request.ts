/** A request of IndexedDB as a promise. Awaiting it keeps its transaction open; awaiting anything else ends it. */
export function settled<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
