import { StorageError } from '../errors/storage-error'
import { bounded } from '../platform/bounded'
import type { Clock } from '../platform/clock'
import { isPromise, type MaybePromise } from '../platform/maybe-promise'
import type { TokenStore } from '../stores/token-store'
import type { StoredSession } from '../tokens/token-set'
import type { SessionEvent } from './session-event'

export interface StoreAccessOptions {
  readonly store: TokenStore
  readonly clock: Clock
  /** How long one read or write may take, in milliseconds. */
  readonly limit: number
  readonly emit: (event: SessionEvent) => void
}

/** The store, as the session uses it: each answer bounded, each failure a `StorageError` that the app has heard of. */
export class StoreAccess {
  readonly #options: StoreAccessOptions
  #reading = false

  constructor(options: StoreAccessOptions) {
    this.#options = options
  }

  read(): MaybePromise<StoredSession | null> {
    // F103: a `getTokens` that calls the client would call itself for ever.
    if (this.#reading) throw new StorageError('getTokens (or store.read) must not call the client: it would wait for itself')
    this.#reading = true
    try {
      const answer = this.#options.store.read()
      return isPromise(answer) ? this.#readLater(answer) : (answer ?? null)
    } catch (cause) {
      throw this.failed('read', cause)
    } finally {
      this.#reading = false
    }
  }

  async write(next: StoredSession | null, expected: StoredSession | null): Promise<boolean> {
    try {
      const answer = this.#options.store.write(next, expected)
      return (isPromise(answer) ? await this.#inTime(answer, 'write') : answer) !== false
    } catch (cause) {
      throw this.failed('write', cause)
    }
  }

  failed(operation: 'read' | 'write', cause: unknown): StorageError {
    const error = cause instanceof StorageError ? cause : new StorageError(`The store could not ${operation} the session`, { cause })
    this.#options.emit({ type: 'storage-error', operation, error })
    return error
  }

  async #readLater(answer: PromiseLike<StoredSession | null | undefined>): Promise<StoredSession | null> {
    try {
      return (await this.#inTime(answer, 'read')) ?? null
    } catch (cause) {
      throw this.failed('read', cause)
    }
  }

  #inTime<Value>(answer: PromiseLike<Value>, operation: 'read' | 'write'): Promise<Value> {
    const late = (): StorageError => new StorageError(`The store did not ${operation} the session in time`)
    return bounded(answer, this.#options.limit, this.#options.clock, late)
  }
}
