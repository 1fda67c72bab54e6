import type { Grant } from '../grants/grant'
import type { Clock } from '../platform/clock'
import type { FetchLike } from '../platform/fetch-like'
import { isSpent } from '../tokens/expiry'
import { type StoredSession, type TokenSet, tokenSetOf } from '../tokens/token-set'
import type { CoolDown } from './cool-down'
import { startDeadline } from './deadline'
import { exchange } from './exchange'
import { failureOf } from './failure-of'
import { isBehind } from './is-behind'
import { isNewer } from './is-newer'
import { createKeeper } from './keeper'
import type { Phase } from './phase'
import type { RefreshBudget } from './refresh-budget'
import { type RefreshFailure, type RefreshOutcome, unavailable } from './refresh-outcome'
import type { Session } from './session'
import type { RefreshCause } from './session-event'

/** What an access token is for, where it is not for all that the session's own is (RFC 8707). */
export interface Target {
  readonly resource: string
  readonly scope?: string | undefined
}

/** What is done under the lock: the one place that presents a refresh token. */
export interface Spender {
  /** The phase that is being saved. */
  readonly saving: Phase | undefined
  /** Whether there is a grant, and what it starts from. */
  canRefresh(phase: Phase): boolean
  /** How a refresh comes out that may not be tried now: while a cool-down runs. */
  coolingDown(phase: Phase, target?: Target): RefreshOutcome | undefined
  /** What the store says of our need for a refresh; `undefined`: it has nothing newer. For a target it never has. */
  lookBeyond(from: Phase, target?: Target): Promise<RefreshOutcome | undefined>
  /** Re-reads, then spends. Resolves when the lock may go; the outcome may be settled before. */
  spend(
    from: Phase,
    because: RefreshCause,
    target: Target | undefined,
    lost: AbortSignal,
    settle: (outcome: RefreshOutcome) => void,
  ): Promise<void>
}

export interface SpenderOptions {
  readonly session: Session
  readonly grant: Grant | undefined
  /** Whether everyone who can write the store holds the same lock while refreshing. */
  readonly lockIsShared: () => boolean
  readonly clock: Clock
  /** The way to the token endpoint, past every credential of ours. `before`: once a proof is made, right before the request goes out. */
  readonly fetch: (input: string | URL | Request, init?: RequestInit, before?: () => void) => Promise<Response>
  /** For a whole exchange, in milliseconds; `false`: the grant waits for a person. */
  readonly refreshTimeout: number | false
  readonly expiryLeeway: number
  readonly budget: RefreshBudget
  /** Whether a token of this type can be attached (RFC 6749 §7.1). */
  readonly acceptsType: (tokenType: string | undefined) => boolean
  /** For tokens that nobody will use: revoked where that is possible. */
  readonly discard: (tokens: TokenSet | null) => void
}

const mostRounds = 4
// Where no lock is shared, a rotation by somebody else may be on its way into the store.
const looksAgainAfter = [50, 200]

export function createSpender(options: SpenderOptions, coolDown: CoolDown<RefreshFailure>): Spender {
  const { session, grant, lockIsShared, clock, fetch, refreshTimeout, expiryLeeway, budget, acceptsType, discard } = options
  const startsFromNothing = grant?.needs === 'nothing'
  const keeper = createKeeper(session, clock, discard)

  const canRefresh = (phase: Phase): boolean =>
    startsFromNothing || Boolean(grant && phase.held && (grant.needs !== 'refresh-token' || tokenSetOf(phase.held)?.refreshToken))

  const coolingDown: Spender['coolingDown'] = (phase, target) => {
    const error = coolDown.running(phase)
    const failure = error && failureOf(error)
    // What is wrong for the session may be right for a target.
    return failure?.kind === 'misconfigured' && target ? undefined : failure
  }

  const lookBeyond: Spender['lookBeyond'] = async (from, target) => {
    const phase = await session.look()
    if (phase.epoch !== from.epoch) return { kind: 'session-changed' }
    const isFresh = phase.held && isNewer(phase, from) && !isSpent(phase.expiry, clock.now(), expiryLeeway)
    return isFresh && !target ? { kind: 'adopted' } : undefined
  }

  const hasMoved = async (phase: Phase): Promise<boolean> => {
    for (const delay of lockIsShared() ? [0] : [0, ...looksAgainAfter]) {
      if (delay) await clock.sleep(delay)
      if ((await session.look()) !== phase) return true
    }
    return false
  }

  const drop = (phase: Phase, got: StoredSession): void => {
    session.supersede(phase, got)
    discard(tokenSetOf(got))
  }

  const spend: Spender['spend'] = async (from, because, target, lost, settle) => {
    let deadline: ReturnType<typeof startDeadline> | undefined
    let rotation: Promise<void> | undefined
    let unanswered: Phase | string | undefined
    try {
      for (let round = 0; round < mostRounds; round++) {
        const known = await lookBeyond(from, target)
        if (known) return settle(known)
        const { phase } = session
        // A sign-in may have come since the look: its token is not this flight's to spend.
        if (phase.epoch !== from.epoch) return settle({ kind: 'session-changed' })
        // Another flight of the session may have failed while this one waited for its turn.
        const failed = coolingDown(phase, target)
        if (failed) return settle(failed)
        if (!grant || !canRefresh(phase) || lost.aborted) break
        deadline ??= startDeadline(refreshTimeout, clock)
        const { signal } = deadline
        let mine = phase
        const rotated = (refreshToken: string): void => {
          const old = tokenSetOf(phase.held)
          if (!old || !refreshToken || refreshToken === old.refreshToken) return
          if (session.phase.epoch !== from.epoch) drop(phase, { ...old, refreshToken })
          if (!isBehind(session.phase, phase, refreshToken)) return
          // Rule 5: received is received, whatever the rest of the answer is worth.
          rotation = session.rotate(session.phase, { ...old, ...session.phase.held, refreshToken }).catch(() => {})
          mine = session.phase
        }
        let isHeldBack = false
        // While a proof was made, or a nonce asked for (RFC 9449 §8), who signed in or out, or rotated, may have been heard of.
        const before = (): void => {
          const token = tokenSetOf(phase.held)?.refreshToken
          if (session.phase.epoch === from.epoch && tokenSetOf(session.phase.held)?.refreshToken === token && !lost.aborted) return
          isHeldBack = true
          throw new Error('The session has moved on')
        }
        const send: FetchLike = (input, init) => fetch(input, init, before)
        try {
          const tokens = await exchange(grant, phase, { ...target, fetch: send, signal, clock, rotated }, acceptsType)
          coolDown.stop(phase)
          // A logout or a sign-in during the refresh wins; so does a pair that somebody else has saved.
          if (session.phase.epoch === from.epoch) {
            if (because === 'unauthorized') budget.count()
            return session.phase === mine || isBehind(session.phase, phase, tokenSetOf(tokens)?.refreshToken)
              ? await keeper.keep(session.phase, tokens, target !== undefined, settle)
              : settle({ kind: 'adopted', tokens: tokenSetOf(tokens) })
          }
          drop(phase, tokens)
          return settle({ kind: 'session-changed' })
        } catch (thrown) {
          await rotation
          const failure = failureOf(thrown, startsFromNothing)
          if (session.phase.epoch !== from.epoch) {
            const { kind, error } = failure
            // What the server asked for is asked of this session, should it come back.
            if (kind === 'unavailable' && error.retryAt && !coolDown.running(session.phase)) coolDown.start(phase, error, error.retryAt)
            return settle({ kind: 'session-changed' })
          }
          if (isHeldBack) continue
          if (failure.kind === 'rejected') {
            if (!phase.held || (await hasMoved(phase))) continue
            await session.reject(phase, failure.error)
            if (session.phase.epoch === from.epoch) continue
            return settle(session.phase.held ? { kind: 'session-changed' } : failure)
          }
          if (failure.kind === 'misconfigured') {
            // `invalid_target` is the target's own.
            if (!target) coolDown.start(phase, failure.error)
            return settle(failure)
          }
          const { error } = failure
          // Nobody knows whether the token is consumed: look who rotated it, then present it once more.
          const presented = tokenSetOf(phase.held)?.refreshToken ?? phase
          if (!error.answered && unanswered !== presented && !signal.aborted) unanswered = presented
          else return settle({ kind: 'unavailable', error: Object.assign(error, { retryAt: coolDown.start(phase, error, error.retryAt) }) })
        }
      }
      settle(unavailable(lost.reason))
    } finally {
      deadline?.clear()
    }
  }

  return {
    get saving() {
      return keeper.saving
    },
    canRefresh,
    coolingDown,
    lookBeyond,
    spend,
  }
}
