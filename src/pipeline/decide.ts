import type { Challenge } from '../challenge/challenge'

/** What is answered at most once in a call: newer credentials, a scheme's own answer, a step-up. */
export type Cause = 'credentials' | 'scheme' | 'step-up'

/** All that the decision depends on. */
export interface Facts {
  /** Why the request went out without our credentials, if it did. */
  readonly withheld?: 'origin' | 'endpoint' | 'caller' | undefined
  /** 0 for an opaque response. */
  readonly status: number
  /** 401, or `isUnauthorized` says so. */
  readonly unauthorized: boolean
  /** `isUnauthorized` says so. */
  readonly claimed: boolean
  /** The response came from another origin than the one we sent to. */
  readonly elsewhere: boolean
  /** The session is not the one the call began with, or can't be told from another. */
  readonly changed: boolean
  readonly answered: readonly Cause[]
  /** The call may come from inside `saveTokens`: it must not wait for the flight that waits for it. */
  readonly saving: boolean
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
  readonly answer?: 'replay' | 'refresh' | 'return' | undefined
  readonly canStepUp: boolean
  /** There is a grant, and what was sent is what it could make anew. */
  readonly canCure: boolean
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
  return ours.find(({ params }) => params.error) ?? ours[0]
}

/** What to do about a response: the first row that applies. Pure; read this first. */
export function decide(facts: Facts): Decision {
  const { status, unauthorized, attached, ours, answer, canStepUp } = facts
  const { error = '', claims } = leading(ours)?.params ?? {}
  // A refresh can't give scope (RFC 6750 §3.1), authentication (RFC 9470 §3) or claims.
  const wantsMore = attached && (claims !== undefined || /^insufficient_(scope|user_authentication|claims)$/.test(error))
  const stepUp = wantsMore && (canStepUp || error !== 'invalid_token')
  const cause: Cause = answer === 'replay' ? 'scheme' : stepUp ? 'step-up' : 'credentials'
  const row = (number: number, action: Decision['action'], reason: string, of = cause): Decision => ({
    action,
    row: number,
    reason,
    cause: of,
  })

  if (facts.withheld) return row(1, 'return', facts.withheld)
  if (!status || status === 407 || status === 429 || status > 499 || (status !== 403 && !unauthorized))
    return row(2, 'return', 'not about credentials')
  if (facts.elsewhere) return row(3, 'return', 'answered by another origin')
  if (facts.changed) return row(4, 'return', 'the session changed')
  if (facts.answered.includes(cause)) return row(5, 'return', 'answered already')
  if (facts.saving) return row(5, 'return', 'being saved')
  if (hasConflict(ours)) return row(6, 'return', 'contradictory challenge')
  if (unauthorized && facts.outdated && !facts.answered.includes('credentials')) return row(7, 'replay', 'newer credentials', 'credentials')
  if (unauthorized && answer === 'replay') return row(8, 'replay', 'the scheme answers')
  if (answer === 'return') return row(9, 'return', 'the scheme has no answer')
  if (stepUp) return row(10, canStepUp ? 'step-up' : 'return', error || 'insufficient_claims')
  if (!unauthorized || error === 'invalid_request') return row(11, 'return', error || 'refused')
  if (facts.challenges[0] && !ours[0] && !facts.ownsAll && !facts.claimed) return row(12, 'return', 'foreign scheme')
  if (!facts.canCure) return row(13, 'return', 'nothing to refresh')
  if (facts.coolingDown) return row(14, 'reject', 'cooling down')
  if (facts.budgetSpent) return row(15, 'return', 'budget spent')
  if (facts.lacksRefreshToken) return row(16, error === 'invalid_token' || facts.expired ? 'end' : 'return', 'no refresh token')
  return row(17, 'refresh', error || 'unauthorized')
}

// Several challenges of one scheme with different errors contradict each other just as one with two does (A26).
function hasConflict(ours: readonly Challenge[]): boolean {
  const errors = new Map<string, string>()
  return ours.some(({ scheme, params, conflict }) => {
    const first = errors.get(scheme.toLowerCase()) ?? params.error
    if (first) errors.set(scheme.toLowerCase(), first)
    return conflict || (params.error ?? first) !== first
  })
}
