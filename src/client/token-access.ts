import { RefreshExcessiveError } from '../errors/refresh-excessive-error'
import { RefreshUnavailableError } from '../errors/refresh-unavailable-error'
import { SessionEndedError } from '../errors/session-ended-error'
import { type Freshness, sessionOver } from '../pipeline/freshness'
import type { Parts } from '../pipeline/parts'
import { abortReason } from '../platform/abortable'
import type { Phase } from '../session/phase'
import { isSpent } from '../tokens/expiry'
import { tokenSetOf } from '../tokens/token-set'

/** What an app asks of its session by itself, without a call. */
export interface TokenAccess {
  getAccessToken(options?: { signal?: AbortSignal | undefined; minValidity?: number | undefined }): Promise<string>
  refresh(options?: { signal?: AbortSignal | undefined }): Promise<void>
}

export function createTokenAccess(
  { session, refresher, budget, clock, abortable }: Parts,
  freshness: Freshness,
  assertLive: () => void,
): TokenAccess {
  const signedIn = async (signal?: AbortSignal): Promise<Phase> => {
    assertLive()
    if (signal?.aborted) throw abortReason(signal)
    const phase = await freshness.current(signal)
    if (!phase.held && !refresher.startsFromNothing) throw new SessionEndedError()
    return phase
  }

  return {
    async getAccessToken(options) {
      const { signal, minValidity } = options ?? {}
      const before = await signedIn(signal)
      const phase = await freshness.fresh(before, { signal, isSafe: true }, minValidity)
      const tokens = tokenSetOf(phase.held)
      if (!phase.held) throw new SessionEndedError()
      if (phase === before && isSpent(phase.expiry, clock.now(), 0) && budget.isExhausted()) throw new RefreshExcessiveError()
      if (!tokens || phase.expiry.isUnsendable) throw new RefreshUnavailableError('The session has no access token that can be sent')
      return tokens.accessToken
    },

    async refresh(options) {
      const { signal } = options ?? {}
      const phase = await signedIn(signal)
      if (!refresher.canRefresh(phase)) throw new RefreshUnavailableError('No grant, or no refresh token')
      if (budget.isExhausted()) throw new RefreshExcessiveError()
      const { kind, error } = await abortable(refresher.refresh(phase, 'asked'), signal)
      if (error) throw error
      if (kind === 'session-changed') throw sessionOver(session.phase)
    },
  }
}
