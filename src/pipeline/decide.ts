import type { Challenge } from '../challenge/challenge'

/** What is answered at most once in a call: newer credentials, a scheme's own answer, a step-up. */
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
  /** The session is not the one the call began with, or can't be told from another. */
  readonly changed: boolean
  readonly answered: readonly Cause[]
  /** The call may come from inside `saveTokens`: it must not wait for the flight that waits for it. */
  readonly saving: boolean
  /** Whether our credentials were on the request. */
  readonly attached: boolean
  /** Whether they were, and are older than the ones we have now. */
  readonly outdated: boolean
  /** The challenges of the scheme that answers. */
  readonly ours: readonly Challenge[]
  /** There are challenges, and none is ours. A scheme without an auth-scheme owns every 401 to what it sent. */
  readonly foreign: boolean
  /** What the scheme says of its challenge. */
  readonly answer: 'replay' | 'refresh' | 'return' | undefined
  readonly canStepUp: boolean
  /** There is a grant, and what was sent is what it could make anew. */
  readonly curable: boolean
  /** The failure that the cool-down is for, while it runs. */
  readonly failure: unknown
  /** As many refreshes as 401s may cause have been. */
  readonly exhausted: boolean
  /** The grant has what it needs. */
  readonly canRefresh: boolean
  /** The access token is past its expiry. */
  readonly expired: boolean
}

/** What is done about a response, and why. */
export interface Decision {
  /** `return`: the caller gets it. `end`: so, and the session is over. `reject`: the call fails as what opened the cool-down did. */
  readonly action: 'return' | 'replay' | 'refresh' | 'step-up' | 'end' | 'reject'
  /** Which row of the table decided. */
  readonly row: number
  /** In a few words, of ours or the challenge's error; for logs. */
  readonly reason: string
  /** What a replay would answer. */
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
  const wantsMore = attached && (claims !== undefined || /^insufficient_(scope|user_authentication|claims)$/.test(error))
  const stepUp = wantsMore && (canStepUp || error !== 'invalid_token')
  const own: Cause = answer === 'replay' ? 'scheme' : stepUp ? 'step-up' : 'credentials'

  const rows: readonly Row[] = [
    /* 1 */ [withheld, withheld],
    // Where it wouldn't be about credentials even so, `isUnauthorized` is not asked.
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

// Several challenges with different errors contradict each other just as one with two does (A26).
function hasConflict(ours: readonly Challenge[]): boolean {
  let first: string | undefined
  return ours.some(({ params: { error }, conflict }) => {
    first ||= error
    return conflict || (error ?? first) !== first
  })
}
