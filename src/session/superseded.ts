import { keepLatest } from '../platform/keep-latest'
import { type StoredSession, spendable, tokenSetOf } from '../tokens/token-set'

const mostRemembered = 64

/**
 * Remembers which tokens newer ones of ours took the place of, and which sessions were signed out of here. Where the store shows one of
 * them again, it is not adopted but written over: its refresh token is consumed, or its session over.
 */
export interface Superseded {
  has(tokenOrId: string | undefined): boolean
  /** `next` takes the place of `held`, in the same session. */
  replace(held: StoredSession, next: StoredSession): void
  /**
   * The session of these tokens is over.
   * @param signsOut it was signed out of here: so is everything that carries its id.
   * @returns what was not known yet, the refresh token (or what stands for it, see `spendable`) first.
   */
  retire(tokens: StoredSession, signsOut?: boolean): readonly string[]
  forget(tokensOrIds: readonly string[]): void
}

export function createSuperseded(): Superseded {
  const known = new Set<string | undefined>()
  const remember = (tokensOrIds: readonly string[]): void => {
    for (const each of tokensOrIds) known.add(each)
    keepLatest(known, mostRemembered)
  }
  return {
    has: (tokenOrId) => known.has(tokenOrId),
    replace(held, next) {
      const kept = tokensOf(next)
      remember(tokensOf(held).filter((token) => !kept.includes(token)))
    },
    retire(tokens, signsOut) {
      const retired = [...tokensOf(tokens), (signsOut && tokens.sessionId) || ''].filter((each) => each && !known.has(each))
      remember(retired)
      return retired
    },
    forget(tokensOrIds) {
      for (const each of tokensOrIds) known.delete(each)
    },
  }
}

function tokensOf(stored: StoredSession): readonly string[] {
  return [spendable(stored), tokenSetOf(stored)?.accessToken ?? ''].filter(Boolean)
}
