import type { MaybePromise } from '../platform/maybe-promise'
import { comparableId, isSameSignIn } from '../tokens/session-identity'
import type { StoredSession } from '../tokens/token-set'
import type { Memory } from './memory'

/**
 * The id by which everyone who shares the store knows this session; `''` for none. It is taken from what the store shows, since a store
 * may drop the id that we minted.
 * @param look reads the store, and takes what it shows: a refresh under way learns of a rotation that is found here.
 * @param shown gives what was read last.
 */
export async function sharedId(look: () => MaybePromise<unknown>, memory: Memory, shown: () => StoredSession | null): Promise<string> {
  const { held } = memory.phase
  if (!held) return ''
  const read = await (async () => look())().then(shown, () => null)
  return comparableId(read && isSameSignIn(held, read) !== false ? read : held)
}
