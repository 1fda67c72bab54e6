import { isPromise, type MaybePromise } from '../platform/maybe-promise'
import { type StoredSession, sameTokens, type TokenSet } from '../tokens/token-set'
import type { TokenStore } from './token-store'

export interface TokenCallbacks {
  /** The tokens, or `null` where nobody is signed in. */
  getTokens(): MaybePromise<TokenSet | null | undefined>
  /** Never called with `null`. `false`, or a promise of it: the app has moved on and saved nothing. */
  saveTokens?: ((next: TokenSet, previous: TokenSet | null) => unknown) | undefined
  clearTokens?: (() => unknown) | undefined
}

/**
 * A store made of an app's own callbacks. They can't compare and swap, so it re-reads right before and right after saving;
 * with callbacks that answer synchronously, nothing can come between. What a callback throws passes through.
 */
export function callbackStore(callbacks: TokenCallbacks): TokenStore {
  const read = (): MaybePromise<StoredSession | null | undefined> => {
    const answer = callbacks.getTokens()
    return isPromise(answer) ? answer.then(checked) : checked(answer)
  }
  return {
    read,
    async write(next, expected) {
      const before = read()
      if (!sameTokens(isPromise(before) ? await before : before, expected)) return false
      if (!next) {
        await callbacks.clearTokens?.()
        return true
      }
      if (!callbacks.saveTokens || !('accessToken' in next)) return false
      const answer = callbacks.saveTokens(next, expected && 'accessToken' in expected ? expected : null)
      if ((isPromise(answer) ? await answer : answer) === false) return false
      // Still `expected`: the app's state lags behind (React). Something else: the app moved on. Neither holds `next`.
      return sameTokens(await read(), next)
    },
  }
}

// A bare token string is an easy mistake, and `in` on it throws an error that quotes it.
function checked(tokens: TokenSet | null | undefined): TokenSet | null | undefined {
  if (tokens && typeof tokens !== 'object') throw new TypeError('getTokens must return { accessToken, … } or null')
  return tokens
}
