import type { Challenge } from '../challenge/challenge'

/** Why a request is sent again: newer credentials, a scheme's own answer, a step-up. Each at most once in a call. */
export type Cause = 'credentials' | 'scheme' | 'step-up'

/** Why a request goes out without our credentials. */
export type Withheld = 'origin' | 'endpoint' | 'caller'

/** All that the decision depends on. */
export interface Facts {
  readonly withheld: Withheld | undefined
  /** 0 for an opaque response. */
  readonly status: number
  /** `isUnauthorized` was asked, and says so. */
  readonly claimed: boolean
  /** The response came from another origin than the one we sent to. */
  readonly elsewhere: boolean
  /** The session is not the one the call began with, or, for an unsafe method, may be another one. */
  readonly changed: boolean
  /** What the call was sent again for already. */
  readonly answered: readonly Cause[]
  /** The call may come from inside `saveTokens`: it must not wait for the flight that waits for it. */
  readonly saving: boolean
  /** Whether our credentials were on the request. */
  readonly attached: boolean
  /** Whether they were, and newer ones are held by now. */
  readonly outdated: boolean
  /** The challenges of the scheme that answers. */
  readonly ours: readonly Challenge[]
  /** There are challenges, and none is ours. A scheme without an auth-scheme owns every 401 to what it sent. */
  readonly foreign: boolean
  /** What the scheme says of its challenge; `undefined` where it leaves that to us. */
  readonly answer: 'replay' | 'refresh' | 'return' | undefined
  /** The app has given `onStepUp`. */
  readonly canStepUp: boolean
  /** There is a grant, and tokens from it could take the place of what was sent. */
  readonly curable: boolean
  /** The failure that opened the cool-down, while that runs. */
  readonly failure: unknown
  /** `refreshBudget` is spent: 401s have caused as many refreshes as they may. */
  readonly exhausted: boolean
  /** The grant has what it starts from, such as a refresh token. */
  readonly canRefresh: boolean
  /** The access token is past its expiry. */
  readonly expired: boolean
}

/** What is done about a response, and why. */
export interface Decision {
  /**
   * `return`: the caller gets the response. `end`: the same, and the session is over. `reject`: the call rejects with the failure that
   * opened the cool-down. `replay`, `refresh`, `step-up`: the request is sent again, at once or once there are newer credentials.
   */
  readonly action: 'return' | 'replay' | 'refresh' | 'step-up' | 'end' | 'reject'
  /** Which row of the table decided, from 1. */
  readonly row: number
  /** In a few words of ours, or the error code of the challenge; for logs. */
  readonly reason: string
  /** What the request would be sent again for. */
  readonly cause: Cause
}

/** The challenge of ours that says most: one that asks for claims, or else one with an error. */
export function leading(ours: readonly Challenge[]): Challenge | undefined {
  return ours.find(({ params }) => params.claims) ?? ours.find(({ params }) => params.error) ?? ours[0]
}

type Row = readonly [applies: unknown, reason: string | undefined, action?: Decision['action'], cause?: Cause]

/** What to do about a response: the first row that applies. Pure; read this first. */
export function decide(facts: Facts): Decision {
  const { withheld, claimed, attached, answered, ours, answer, canStepUp } = facts
  const { error = '', claims } = leading(ours)?.params ?? {}
  const unauthorized = claimed || facts.status === 401
  // A refresh can't give scope (RFC 6750 §3.1), authentication (RFC 9470 §3) or claims.
  const wantsMore = attached && (claims || /^insufficient_(scope|user_authentication|claims)$/.test(error))
  const stepUp = wantsMore && (canStepUp || error !== 'invalid_token')
  const own: Cause = answer === 'replay' ? 'scheme' : stepUp ? 'step-up' : 'credentials'

  const rows: readonly Row[] = [
    /* 1 */ [withheld, withheld],
    // `claimed` is never true of the statuses for which `isUnauthorized` is not asked (407, 429, 5xx).
    /* 2 */ [!unauthorized && facts.status !== 403, 'not about credentials'],
    /* 3 */ [facts.elsewhere, 'another origin'],
    /* 4 */ [facts.changed, 'session changed'],
    /* 5 */ [facts.saving || answered.includes(own), 'answered already'],
    /* 6 */ [hasConflict(ours), 'contradictory'],
    /* 7 */ [unauthorized && facts.outdated && !answered.includes('credentials'), 'newer credentials', 'replay', 'credentials'],
    /* 8 */ [unauthorized && answer === 'replay', 'scheme answers', 'replay'],
    /* 9 */ [answer === 'return', 'scheme refuses'],
    /* 10 */ [stepUp, error || 'insufficient_claims', canStepUp ? 'step-up' : 'return'],
    /* 11 */ [!unauthorized || error === 'invalid_request', error || 'refused'],
    /* 12 */ [facts.foreign && !claimed, 'foreign scheme'],
    /* 13 */ [!facts.curable, 'nothing to refresh'],
    /* 14 */ [facts.failure, 'cooling down', 'reject'],
    /* 15 */ [facts.exhausted, 'budget spent'],
    /* 16 */ [!facts.canRefresh, 'no refresh token', error === 'invalid_token' || facts.expired ? 'end' : 'return'],
    /* 17 */ [true, error || 'unauthorized', 'refresh'],
  ]
  const index = rows.findIndex(([applies]) => applies)
  const [, reason = '', action = 'return', cause = own] = rows[index] ?? []
  return { action, row: index + 1, reason, cause }
}

// Two challenges with different errors contradict each other, just as one challenge with two errors does (A26).
function hasConflict(ours: readonly Challenge[]): boolean {
  let first: string | undefined
  return ours.some(({ params: { error }, conflict }) => {
    first ||= error
    return conflict || (error ?? first) !== first
  })
}
