import type { Challenge } from '../challenge/challenge'

/** What is answered at most once in a call: newer credentials, a scheme's own answer, a step-up. */
export type Cause = 'credentials' | 'scheme' | 'step-up'

/** All that the decision depends on. */
export interface Facts {
  /** Why the request went out without our credentials, if it did. */
  readonly withheld?: 'origin' | 'endpoint' | 'caller' | undefined
  readonly status: number
  /** An opaque response says nothing of its status. */
  readonly opaque: boolean
  /** 401, or `isUnauthorized` says so. */
  readonly unauthorized: boolean
  /** `isUnauthorized` says so. */
  readonly claimed: boolean
  /** The response came from another origin than the one we sent to. */
  readonly elsewhere: boolean
  /** The session is not the one the call began with, or can't be told from another. */
  readonly sessionChanged: boolean
  readonly answered: ReadonlySet<Cause>
  /** The call may come from inside `saveTokens`: it must not wait for the flight that waits for it. */
  readonly beingSaved: boolean
  /** Whether our credentials were on the request. */
  readonly attached: boolean
  /** Whether they were, and are older than the ones we have now. */
  readonly outdated: boolean
  /** All challenges of the response, and those of our schemes. */
  readonly challenges: readonly Challenge[]
  readonly ours: readonly Challenge[]
  /** Our scheme has no auth-scheme: every 401 to what it sent is its own. */
  readonly ownsAll: boolean
  /** What the scheme says of its challenge. */
  readonly schemeAnswer?: 'replay' | 'refresh' | 'return' | undefined
  readonly canStepUp: boolean
  readonly hasGrant: boolean
  readonly startsFromNothing: boolean
  readonly coolingDown: boolean
  readonly budgetSpent: boolean
  /** The grant needs a refresh token and there is none. */
  readonly lacksRefreshToken: boolean
  /** The access token is past its expiry. */
  readonly expired: boolean
}

export interface Decision {
  readonly action: 'return' | 'replay' | 'refresh' | 'step-up' | 'end' | 'reject'
  /** Which row of the table decided. */
  readonly row: number
  readonly reason: string
  /** What a replay would answer. */
  readonly cause: Cause
}

/** The challenge of ours that says most: one with an error. */
export function leading(ours: readonly Challenge[]): Challenge | undefined {
  return ours.find((challenge) => challenge.params.error !== undefined) ?? ours[0]
}

/** What to do about a response: the first row that applies. Pure; read this first. */
export function decide(facts: Facts): Decision {
  const { unauthorized, attached, ours, schemeAnswer } = facts
  const challenge = leading(ours)
  const error = challenge?.params.error
  const asksMore =
    attached && wantsStepUp(challenge) && (facts.canStepUp || !(error === 'invalid_token' && challenge?.params.claims !== undefined))
  const cause: Cause = schemeAnswer === 'replay' ? 'scheme' : asksMore ? 'step-up' : 'credentials'
  const row = (number: number, action: Decision['action'], reason: string, of = cause): Decision => ({
    action,
    row: number,
    reason,
    cause: of,
  })

  if (facts.withheld) return row(1, 'return', `no credentials of ours were sent: ${facts.withheld}`)
  if (facts.opaque || facts.status === 407 || facts.status === 429 || facts.status >= 500 || (facts.status !== 403 && !unauthorized))
    return row(2, 'return', 'not an answer to credentials')
  if (facts.elsewhere) return row(3, 'return', 'answered by another origin')
  if (facts.sessionChanged) return row(4, 'return', 'the session changed since the call began')
  if (facts.answered.has(cause)) return row(5, 'return', 'answered once in this call already')
  if (facts.beingSaved) return row(5, 'return', 'these credentials are being saved')
  if (hasConflict(ours)) return row(6, 'return', 'the challenge contradicts itself')
  if (unauthorized && facts.outdated && !facts.answered.has('credentials'))
    return row(7, 'replay', 'there are newer credentials', 'credentials')
  if (unauthorized && schemeAnswer === 'replay') return row(8, 'replay', 'the scheme can answer')
  if (schemeAnswer === 'return') return row(9, 'return', 'the scheme has no answer')
  if (asksMore)
    return facts.canStepUp ? row(10, 'step-up', 'more is asked than a refresh can give') : row(10, 'return', 'no onStepUp to ask')
  if (!unauthorized) return row(11, 'return', 'understood and refused')
  if (error === 'invalid_request') return row(11, 'return', 'the request is malformed')
  if (facts.challenges.length > 0 && ours.length === 0 && !facts.ownsAll && !facts.claimed)
    return row(12, 'return', 'asks for a foreign scheme')
  if (!facts.hasGrant) return row(13, 'return', 'no grant')
  if (!attached && !facts.startsFromNothing) return row(13, 'return', 'no credentials were sent')
  if (facts.coolingDown) return row(14, 'reject', 'a refresh has just failed')
  if (facts.budgetSpent) return row(15, 'return', 'fresh tokens keep being refused')
  if (facts.lacksRefreshToken) {
    return error === 'invalid_token' || facts.expired
      ? row(16, 'end', 'nothing to refresh with')
      : row(16, 'return', 'nothing to refresh with')
  }
  return row(17, 'refresh', error ?? (challenge ? 'challenged without an error' : 'no challenge readable'))
}

/** Whether it asks for what a refresh can't give: scope (RFC 6750 §3.1), authentication (RFC 9470 §3), claims. */
function wantsStepUp(challenge: Challenge | undefined): boolean {
  const { error, claims } = challenge?.params ?? {}
  return claims !== undefined || /^insufficient_(scope|user_authentication|claims)$/.test(error ?? '')
}

// Several challenges of one scheme with different errors contradict each other just as one with two does (A26).
function hasConflict(ours: readonly Challenge[]): boolean {
  return ours.some(
    (one) =>
      one.conflict ||
      ours.some(
        (other) =>
          other.scheme.toLowerCase() === one.scheme.toLowerCase() &&
          (other.params.error ?? one.params.error) !== (one.params.error ?? other.params.error),
      ),
  )
}
