import type { MaybePromise } from '../platform/maybe-promise'
import type { StoredSession } from '../tokens/token-set'
import type { Coordination, Lock } from './lock'

/** The plug for where a session lives. */
export interface TokenStore {
  /** `null` = signed out. Throws when it can't know: that is an error for one call, never a logout. */
  read(): MaybePromise<StoredSession | null | undefined>
  /**
   * Compare-and-swap: writes only if the store still holds `expected` by `sameTokens()`.
   * @returns `false` = it moved, nothing was written.
   */
  write(next: StoredSession | null, expected: StoredSession | null): MaybePromise<boolean>
  /**
   * Calls `listener` when somebody may have written, also by this object, which several clients may share: a hint to re-read, it carries
   * no tokens. Returns how to stop.
   */
  subscribe?(listener: () => void): () => void
  /** Shared by everyone who shares the store. */
  readonly lock?: Lock | undefined
  /**
   * How far `lock` reaches: who else can't refresh this session at the same time.
   * @default 'client'
   */
  readonly coordination?: Coordination | undefined
  /** Part of the lock's name where there is no token endpoint to name it by. */
  readonly name?: string | undefined
}
