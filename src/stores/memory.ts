import { type StoredSession, sameTokens } from '../tokens/token-set'
import { hints } from './hints'
import { localLock } from './local-lock'
import type { TokenStore } from './token-store'

/**
 * Keeps the session in memory: it is gone when the page or process is. Clients that share this object share one session
 * and one refresh.
 * @param initial what it holds at first. Default: signed out.
 */
export function memoryStore(initial: StoredSession | null = null): TokenStore {
  const [subscribe, hint] = hints()
  let stored = initial
  return {
    coordination: 'client',
    lock: localLock(),
    subscribe,
    read: () => stored,
    write(next, expected) {
      if (!sameTokens(stored, expected)) return false
      stored = next
      hint()
      return true
    },
  }
}
