import { isPromise } from '../platform/maybe-promise'
import { callQuietly } from '../stores/hints'
import type { TokenStore } from '../stores/token-store'
import type { Session } from './session'

/**
 * Looks when the store hints that somebody else has written; many hints at once are one look (A43). Returns how to stop.
 * @param soon runs it, unless the client was disposed of meanwhile. What a look fails with the app hears as a `storage-error`; the next
 * call reads again.
 */
export function followStore(
  store: TokenStore,
  session: Session,
  soon: (task: () => unknown) => void,
  isDisposed: () => boolean,
): (() => void) | undefined {
  let isLooking = false
  const hinted = (): void => {
    if (isLooking) return
    isLooking = true
    soon(async () => {
      isLooking = false
      // The read that restores may be older than the hint.
      if (session.phase.state.status === 'restoring') await session.look()
      return isDisposed() || session.look()
    })
  }
  const stop = subscribed(store, hinted)
  if (isPromise(stop)) stop.then(undefined, () => {})
  return typeof stop === 'function' ? () => void callQuietly(() => stop()) : undefined
}

/** Where that fails there are no hints: each call reads the store all the same (F55). */
function subscribed(store: TokenStore, listener: () => void): unknown {
  try {
    return store.subscribe?.(listener)
  } catch {
    return undefined
  }
}
