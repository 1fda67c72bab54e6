import { keepLatest } from '../platform/keep-latest'
import { type StoredSession, spendable, tokenSetOf } from '../tokens/token-set'

const mostRemembered = 64

/**
 * What newer tokens of ours took the place of, and what was signed out of here, by token and by session id: wherever it turns up again,
 * it is ours to write over, and a consumed refresh token is never adopted.
 */
export interface Superseded {
  has(tokenOrId: string | undefined): boolean
  /** `next` takes the place of `held`, in the same session. */
  replace(held: StoredSession, next: StoredSession): void
  /** The session is over; where it was signed out of, so are all that carry its id. Returns what was not known yet. */
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
