import { comparableId, isSameSignIn } from '../tokens/session-identity'
import type { Memory } from './memory'
import type { StoreAccess } from './store-access'

/** The id by which all who share the store know this session: of what it shows, since it may have dropped the id we minted. */
export async function sharedId(store: Pick<StoreAccess, 'read'>, memory: Memory): Promise<string> {
  const { held } = memory.phase
  if (!held) return ''
  const shown = await (async () => store.read())().catch(() => undefined)
  return comparableId(shown && isSameSignIn(held, shown) !== false ? shown : held)
}
