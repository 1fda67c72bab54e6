import type { MaybePromise } from '../platform/maybe-promise'
import { comparableId, isSameSignIn } from '../tokens/session-identity'
import type { StoredSession } from '../tokens/token-set'
import type { Memory } from './memory'

/**
 * The id by which all who share the store know this session: of what it shows, since it may have dropped the id we minted.
 * @param look reads the store: a refresh under way hears of a rotation that is seen here.
 * @param shown what was read last.
 */
export async function sharedId(look: () => MaybePromise<unknown>, memory: Memory, shown: () => StoredSession | null): Promise<string> {
  const { held } = memory.phase
  if (!held) return ''
  const read = await (async () => look())().then(shown, () => null)
  return comparableId(read && isSameSignIn(held, read) !== false ? read : held)
}
