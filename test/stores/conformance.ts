import type { MaybePromise } from '../../src/platform/maybe-promise'
import type { TokenSet } from '../../src/tokens/token-set'

export interface ConformanceCase<Subject> {
  readonly title: string
  run(open: () => MaybePromise<Subject>): Promise<void>
}

/** A rotation after another. */
export function pair(n: number): TokenSet {
  return { accessToken: `access-${n}`, refreshToken: `refresh-${n}` }
}
