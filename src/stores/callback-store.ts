import { after, type MaybePromise } from '../platform/maybe-promise'
import { plain, type StoredSession, sameTokens, type TokenSet, tokenSetOf } from '../tokens/token-set'
import type { TokenStore } from './token-store'

export interface TokenCallbacks {
  /** The tokens, or `null` where nobody is signed in. */
  getTokens(): MaybePromise<TokenSet | null | undefined>
  /** Never called with `null`. `false`, or a promise of it: the app has moved on and saved nothing. */
  saveTokens?: ((next: TokenSet, previous: TokenSet | null) => unknown) | undefined
  clearTokens?: (() => unknown) | undefined
}

/**
 * A store made of an app's own callbacks. They can't compare and swap, so it reads again right before and right after saving (rule 3);
 * with callbacks that answer synchronously, nothing can come between. What a callback throws passes through.
 */
export function callbackStore(callbacks: TokenCallbacks): TokenStore {
  /** Without `saveTokens`: the newer session, which the app can't be given. It counts as long as `getTokens` shows `behind`. */
  let kept: StoredSession | null | undefined
  /** What `getTokens` showed when `kept` was written. */
  let behind: StoredSession | null | undefined
  /** What `getTokens` showed last. */
  let shown: StoredSession | null | undefined
  const read = (): MaybePromise<StoredSession | null | undefined> =>
    after(callbacks.getTokens(), (tokens) => {
      shown = checked(tokens)
      return kept && sameTokens(shown, behind) ? kept : shown
    })
  return {
    read,
    async write(next, expected) {
      return after(read(), (before): MaybePromise<boolean> => {
        if (!sameTokens(before, expected)) return false
        if (!callbacks.saveTokens) {
          kept = next
          behind = shown && { ...plain(shown) }
        }
        if (!next) return after(callbacks.clearTokens?.(), () => true)
        if (!callbacks.saveTokens) return true
        const tokens = tokenSetOf(next)
        if (!tokens) return false
        // Still `expected`: the app's state lags behind (React). Something else: the app moved on. Neither holds `next`.
        return after(
          callbacks.saveTokens(tokens, tokenSetOf(expected)),
          (answer) => answer !== false && after(read(), (now) => sameTokens(now, next)),
        )
      })
    },
  }
}

// A bare token string is an easy mistake, and `in` on it throws an error that quotes it.
function checked(tokens: TokenSet | null | undefined): TokenSet | null | undefined {
  if (tokens && typeof tokens !== 'object') throw new TypeError('getTokens must return { accessToken } or null')
  return tokens
}
