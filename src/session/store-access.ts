import { StorageError } from '../errors/storage-error'
import { bounded } from '../platform/bounded'
import type { Clock } from '../platform/clock'
import { isPromise, type MaybePromise } from '../platform/maybe-promise'
import type { TokenStore } from '../stores/token-store'
import type { StoredSession } from '../tokens/token-set'
import type { SessionEvent } from './session-event'

/** The store, as the session uses it: each answer bounded, each failure a `StorageError` that the app has heard of. */
export interface StoreAccess {
  read(): MaybePromise<StoredSession | null | undefined>
  write(next: StoredSession | null, expected: StoredSession | null): MaybePromise<boolean>
  failed(operation: 'read' | 'write', cause: unknown): never
}

export function storeAccess(store: TokenStore, clock: Clock, limit: number, emit: (event: SessionEvent) => void): StoreAccess {
  let isReading = false

  const failed = (operation: 'read' | 'write', cause: unknown): never => {
    const error = cause instanceof StorageError ? cause : new StorageError(`The store could not ${operation}`, { cause })
    emit({ type: 'storage-error', operation, error })
    throw error
  }

  const settle = <Answer>(operation: 'read' | 'write', answer: MaybePromise<Answer>): MaybePromise<Answer> =>
    isPromise(answer)
      ? bounded(answer, limit, clock, () => new StorageError(`The store took too long to ${operation}`)).catch((cause) =>
          failed(operation, cause),
        )
      : answer

  return {
    failed,
    write(next, expected) {
      try {
        return settle('write', store.write(next, expected))
      } catch (cause) {
        return failed('write', cause)
      }
    },
    read() {
      try {
        // F103: a `getTokens` that calls the client would call itself for ever.
        if (isReading) throw new StorageError('getTokens must not call the client')
        isReading = true
        return settle('read', store.read())
      } catch (cause) {
        return failed('read', cause)
      } finally {
        isReading = false
      }
    },
  }
}
