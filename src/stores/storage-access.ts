import { StorageError } from '../errors/storage-error'

/** @throws {TypeError} where `storage` lacks one of the three methods that a store uses. */
export function requireStorage(storage: unknown, otherwise: string): void {
  for (const method of ['getItem', 'setItem', 'removeItem']) {
    if (typeof (storage as Record<string, unknown> | null | undefined)?.[method] !== 'function') {
      throw new TypeError(`\`storage\` has no ${method}(): pass an object with getItem, setItem and removeItem, ${otherwise}`)
    }
  }
}

/** For what a storage threw at us: refused, full, a locked keychain. */
export function storageFailed(key: string, cause: unknown): StorageError {
  return new StorageError(`The storage failed at ${key}`, { cause })
}
