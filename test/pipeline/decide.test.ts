import { describe, expect, it } from 'vitest'
import type { Challenge } from '../../src/challenge/challenge'
import { parseChallenges } from '../../src/challenge/parse-challenges'
import { decide, type Facts, leading } from '../../src/pipeline/decide'

const expired = 'Bearer realm="api", error="invalid_token"'

/** A 401 that a refresh cures: each row changes what makes it decide. */
function facts(field: string, changes: Partial<Facts> = {}): Facts {
  const challenges = parseChallenges(field)
  const ours = challenges.filter(isBearer)
  return {
    withheld: undefined,
    status: 401,
    claimed: false,
    elsewhere: false,
    changed: false,
    answered: [],
    saving: false,
    attached: true,
    outdated: false,
    ours,
    foreign: challenges.length > 0 && ours.length === 0,
    answer: undefined,
    canStepUp: false,
    curable: true,
    failure: undefined,
    exhausted: false,
    canRefresh: true,
    expired: false,
    ...changes,
  }
}

function isBearer({ scheme }: Challenge): boolean {
  return scheme === 'Bearer'
}

const refused = { status: 403 }
const stepUp = 'Bearer error="insufficient_user_authentication", acr_values="gold"'

describe('decide', () => {
  it.each<[row: number, action: string, what: string, field: string, changes?: Partial<Facts>]>([
    [1, 'return', 'another origin', expired, { withheld: 'origin' }],
    [1, 'return', 'the token endpoint itself', expired, { withheld: 'endpoint' }],
    [1, 'return', 'a header that the caller set (A57)', expired, { withheld: 'caller' }],
    [2, 'return', 'an opaque response (F74)', '', { status: 0 }],
    [2, 'return', 'a proxy that asks (F71)', expired, { status: 407 }],
    [2, 'return', 'too many requests', expired, { status: 429 }],
    [2, 'return', 'a server error', expired, { status: 503 }],
    [2, 'return', 'success', '', { status: 200 }],
    [2, 'return', 'a status that only some mean by it (F70)', '', { status: 419 }],
    [3, 'return', 'an answer from where a redirect led (F75)', expired, { elsewhere: true }],
    [4, 'return', 'a session that is another one now (F40)', expired, { changed: true }],
    [5, 'return', 'newer credentials that are refused too (F62)', expired, { answered: ['credentials'] }],
    [5, 'return', 'the same step-up again', stepUp, { answered: ['step-up'], canStepUp: true }],
    [5, 'return', 'a scheme that has answered', expired, { answered: ['scheme'], answer: 'replay' }],
    [5, 'return', 'a call from inside saveTokens (F102)', expired, { saving: true }],
    [6, 'return', 'a challenge with two errors (A26)', 'Bearer error="invalid_token", error="insufficient_scope"'],
    [6, 'return', 'two challenges of ours with different errors (A26)', `${expired}, Bearer error="invalid_request"`],
    [7, 'replay', 'credentials older than the ones there are (F63)', expired, { outdated: true }],
    [8, 'replay', 'what the scheme can answer', expired, { answer: 'replay' }],
    [9, 'return', 'what the scheme has no answer to', expired, { answer: 'return' }],
    [10, 'step-up', 'authentication that is too weak', stepUp, { canStepUp: true }],
    [10, 'step-up', 'too narrow a scope (F69)', 'Bearer error="insufficient_scope", scope="a b"', { ...refused, canStepUp: true }],
    [10, 'step-up', 'claims that are asked for', 'Bearer error="invalid_token", claims="e30="', { canStepUp: true }],
    [10, 'return', 'more than a refresh can give, with nobody to ask', stepUp],
    [11, 'return', 'a plain 403', '', refused],
    [11, 'return', 'a malformed request (F66)', 'Bearer error="invalid_request"'],
    [12, 'return', 'schemes that are not ours (F67, A45)', 'Basic realm="x", Negotiate'],
    [13, 'return', 'a client without a grant', expired, { curable: false }],
    [14, 'reject', 'a refresh that has just failed (F64)', expired, { failure: new Error('unavailable') }],
    [15, 'return', 'a budget that is spent (A51)', expired, { exhausted: true }],
    [16, 'end', 'our own invalid_token with nothing to refresh with', expired, { canRefresh: false }],
    [16, 'end', 'a token that is over, with nothing to refresh with', 'Bearer', { canRefresh: false, expired: true }],
    [16, 'return', 'a bare challenge with nothing to refresh with (A50)', 'Bearer', { canRefresh: false }],
    [17, 'refresh', 'invalid_token (F66)', expired],
    [17, 'refresh', 'an error nobody knows (F66)', 'Bearer error="on_fire"'],
    [17, 'refresh', 'an error that merely ends like one that asks for more', 'Bearer error="an_insufficient_scope"', { canStepUp: true }],
    [17, 'refresh', 'an error that merely begins like one', 'Bearer error="insufficient_scope_x"', { canStepUp: true }],
    [17, 'refresh', 'a bare challenge', 'Bearer'],
    [17, 'refresh', 'no challenge at all, or one that CORS hides (F65)', ''],
    [17, 'refresh', 'ours among others (F68)', `Basic realm="x", ${expired}`],
    [17, 'refresh', 'no claims at all', 'Bearer error="invalid_token", claims=""', { canStepUp: true }],
    [17, 'refresh', 'claims with invalid_token, with nobody to ask', 'Bearer error="invalid_token", claims="e30="'],
    [17, 'refresh', 'a foreign scheme where isUnauthorized says that it is ours', 'Basic realm="x"', { claimed: true }],
    [17, 'refresh', 'a foreign scheme where every 401 is ours (a cookie session)', 'Basic realm="x"', { foreign: false, ours: [] }],
    [17, 'refresh', 'a status that isUnauthorized calls so (F78)', '', { status: 200, claimed: true }],
    [17, 'refresh', 'what the scheme says its credentials are used up by', expired, { answer: 'refresh' }],
  ])('row %i: %s on %s', (row, action, _, field, changes) => {
    const decision = decide(facts(field, changes))

    expect(decision).toMatchObject({ row, action, reason: expect.stringMatching(/./) })
  })

  it.each<[cause: string, field: string, changes: Partial<Facts>]>([
    ['credentials', expired, {}],
    ['scheme', expired, { answer: 'replay' }],
    ['step-up', stepUp, { canStepUp: true }],
    ['credentials', stepUp, { canStepUp: true, outdated: true }],
  ])('says that a replay would answer %s', (cause, field, changes) => {
    expect(decide(facts(field, changes)).cause).toBe(cause)
  })

  it('replays newer credentials at most once in a call', () => {
    const decision = decide(facts(stepUp, { outdated: true, canStepUp: true, answered: ['credentials'] }))

    expect(decision).toMatchObject({ row: 10, action: 'step-up' })
  })

  it.each<[reason: string, field: string, changes?: Partial<Facts>]>([
    ['insufficient_user_authentication', stepUp, { canStepUp: true }],
    ['insufficient_claims', 'Bearer claims="e30="', { canStepUp: true }],
    ['invalid_token', expired],
    ['unauthorized', 'Bearer'],
    ['refused', '', refused],
  ])('gives "%s" as its reason', (reason, field, changes) => {
    expect(decide(facts(field, changes)).reason).toBe(reason)
  })
})

describe('leading', () => {
  it('is the challenge that asks for claims, else one with an error, else the first', () => {
    const field = 'Bearer realm="a", Bearer error="invalid_token", Bearer claims="e30="'
    const [bare, told, claiming] = parseChallenges(field) as [Challenge, Challenge, Challenge]

    expect(leading([bare, told])).toBe(told)
    expect(leading([told, claiming])).toBe(claiming)
    expect(leading([bare])).toBe(bare)
    expect(leading([])).toBeUndefined()
  })
})
