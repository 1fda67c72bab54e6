import type { TokenStore } from '../stores/token-store'
import type { Session } from './session'

/** Looks again when the store hints that somebody wrote; many hints at once are one look (A43). Returns how to stop. */
export function followStore(store: TokenStore, session: Session): () => void {
  let due = false
  const stop = store.subscribe?.(() => {
    if (due) return
    due = true
    Promise.resolve()
      .then(() => {
        due = false
        return session.look()
      })
      // The app hears of it as a `storage-error`.
      .catch(() => {})
  })
  return () => stop?.()
}
