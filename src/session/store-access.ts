import { StorageError } from '../errors/storage-error'
import { boundedIfLong } from '../platform/bounded'
import type { Clock } from '../platform/clock'
import { after, isPromise, type MaybePromise } from '../platform/maybe-promise'
import type { TokenStore } from '../stores/token-store'
import { plain, type StoredSession } from '../tokens/token-set'
import type { SessionEvent } from './session-event'

/** The store, as the session uses it: each answer bounded, each failure a `StorageError` that the app has heard of. */
export interface StoreAccess {
  read(): MaybePromise<StoredSession | null>
  /** @param landed hears how it has come to its end after all, once it was given up. */
  write(next: StoredSession | null, expected: StoredSession | null, landed?: (isTaken: unknown) => void): MaybePromise<boolean>
  failed(operation: 'read' | 'write', cause: unknown): never
}

export function storeAccess(store: TokenStore, clock: Clock, limit: number, emit: (event: SessionEvent) => void): StoreAccess {
  let isReading = false

  const failed = (operation: 'read' | 'write', cause: unknown): never => {
    const error = cause instanceof StorageError ? cause : new StorageError(`The store could not ${operation}`, { cause })
    emit({ type: 'storage-error', operation, error })
    throw error
  }

  const settle = <Answer>(
    operation: 'read' | 'write',
    call: () => MaybePromise<Answer>,
    landed?: (answer: unknown) => void,
  ): MaybePromise<Answer> => {
    try {
      const called = call()
      if (!isPromise(called)) return called
      // Asked once alone: to some thenables (query builders) each `then` is another query.
      const answer = Promise.resolve(called)
      const late = (): StorageError => {
        if (landed) answer.then(landed, landed)
        return new StorageError(`The store took too long to ${operation}`)
      }
      return boundedIfLong(answer, limit, clock, late).catch((cause) => failed(operation, cause))
    } catch (cause) {
      return failed(operation, cause)
    }
  }

  const read: StoreAccess['read'] = () => {
    // F103: a `getTokens` that calls the client would call itself for ever.
    if (isReading) throw new StorageError('getTokens must not call the client')
    isReading = true
    try {
      return after(store.read(), checked)
    } finally {
      isReading = false
    }
  }

  return {
    failed,
    read: () => settle('read', read),
    // Copies: an app may go on working with what it is given, or has it as `tokens = next`.
    write: (next, expected, landed) => settle('write', () => store.write(next && { ...next }, expected && { ...expected }), landed),
  }
}

// What is no session must not be taken for one, nor be quoted by the error of whoever tries (F44).
function checked(stored: StoredSession | null | undefined): StoredSession | null {
  const { accessToken, counter } = Object(stored)
  if (stored && (accessToken ?? counter) == null) throw new StorageError('What the store holds is no token set: accessToken is missing')
  return stored ? plain(stored) : null
}
