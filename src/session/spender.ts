import type { Grant } from '../grants/grant'
import { isSpent } from '../tokens/expiry'
import { tokenSetOf } from '../tokens/token-set'
import type { CoolDown } from './cool-down'
import { type Deadline, startDeadline } from './deadline'
import { type Curable, failureOf, type Unavailable } from './failure-of'
import { isBehind } from './is-behind'
import { isNewer } from './is-newer'
import { createKeeper } from './keeper'
import type { Phase } from './phase'
import { type PresentationOptions, present, type Target } from './presentation'
import type { RefreshBudget } from './refresh-budget'
import { type RefreshOutcome, unavailable } from './refresh-outcome'
import type { Session } from './session'
import type { RefreshCause } from './session-event'

/** What is done under the lock: the one place that presents a refresh token. */
export interface Spender {
  /** Whether what that phase holds is being saved. */
  isSaving(phase: Phase): boolean
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
  /** The client is disposed of: no call waits for a person any more. */
  leave(): void
}

export interface SpenderOptions extends PresentationOptions {
  readonly grant: Grant | undefined
  /** Whether everyone who can write the store holds the same lock while refreshing. */
  readonly lockIsShared: () => boolean
  /** For a whole exchange, in milliseconds; `false`: the grant waits for a person. */
  readonly refreshTimeout: number | false
  readonly expiryLeeway: number
  readonly budget: RefreshBudget
  /** Calls after every change of the session. */
  readonly subscribe: (listener: () => void) => () => void
  readonly isDisposed: () => boolean
  /** Whose session it is, where that is another client's. */
  readonly root?: Session | undefined
}

// Where no lock is shared, somebody else may have been quicker each time, and the rotation on its way into the store.
const mostRounds = 8
const looksAgainAfter = [50, 200]

export function createSpender(options: SpenderOptions, coolDown: CoolDown<Curable>): Spender {
  const { session, root, grant, lockIsShared, clock, refreshTimeout, expiryLeeway, budget, discard, subscribe, isDisposed } = options
  const startsFromNothing = grant?.needs === 'nothing'
  const keeper = createKeeper(session, clock, discard)
  const waiting = new Map<Deadline, Phase>()
  // A dialog may stay open for ever; nobody waits for it once the session is another one, or over.
  const leave = (): void => {
    for (const [deadline, { epoch }] of waiting) if (isDisposed() || session.phase.epoch !== epoch) deadline.abort()
  }
  if (!refreshTimeout) subscribe(leave)

  const canRefresh = (phase: Phase): boolean =>
    startsFromNothing || Boolean(grant && phase.held && (grant.needs !== 'refresh-token' || tokenSetOf(phase.held)?.refreshToken))

  const coolingDown: Spender['coolingDown'] = (phase, target) => {
    const failure = coolDown.running(phase)
    // What is wrong for the session may be right for a target.
    return failure?.kind === 'misconfigured' && target ? undefined : failure
  }

  /** Returns when to try again. Where the session is another client's and that one cools down, it also knows when that is over. */
  const coolDownFrom = (phase: Phase, failure: Unavailable): number =>
    (root && !startsFromNothing && failure.error.retryAt) || coolDown.start(phase, failure, failure.error.retryAt)

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

  const spend: Spender['spend'] = async (from, because, target, lost, settle) => {
    let deadline: Deadline | undefined
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
        if (!refreshTimeout) waiting.set(deadline, from)
        leave()
        const { signal } = deadline
        const presentation = present(phase, grant, target, lost, options)
        try {
          const tokens = await presentation.run(signal)
          coolDown.stop(phase)
          // A logout or a sign-in during the refresh wins; so does a pair that somebody else has saved.
          const isSame = session.phase.epoch === from.epoch
          if (isSame && because === 'unauthorized') budget.count()
          if (isSame && (session.phase === presentation.mine || isBehind(session.phase, phase, tokenSetOf(tokens)?.refreshToken)))
            return await keeper.keep(session.phase, tokens, target !== undefined, settle)
          if (isSame) return settle({ kind: 'adopted', tokens: tokenSetOf(tokens) })
          presentation.drop(tokens)
          return settle({ kind: 'session-changed' })
        } catch (thrown) {
          await presentation.rotation
          const failure = failureOf(thrown, startsFromNothing)
          if (session.phase.epoch !== from.epoch) {
            const asked = failure.kind === 'unavailable' && failure.error.retryAt
            // What the server asked for is asked of this session, should it come back.
            if (asked && !coolDown.running(session.phase)) coolDownFrom(phase, failure)
            return settle({ kind: 'session-changed' })
          }
          if (presentation.isHeldBack) continue
          if (failure.kind === 'rejected') {
            if (!phase.held || (await hasMoved(phase))) continue
            await session.reject(phase, failure.error)
            if (session.phase.epoch === from.epoch) continue
            return settle(session.phase.held ? { kind: 'session-changed' } : failure)
          }
          if (failure.kind === 'misconfigured') {
            // `invalid_target` is the target's own.
            if (!target) coolDown.start(phase, failure)
            return settle(failure)
          }
          const { error } = failure
          // Nobody knows whether the token is consumed: look who rotated it, then present it once more.
          const presented = tokenSetOf(phase.held)?.refreshToken ?? phase
          if (!error.answered && unanswered !== presented && !signal.aborted) unanswered = presented
          else {
            Object.assign(error, { retryAt: coolDownFrom(phase, failure) })
            return settle(failure)
          }
        }
      }
      settle(unavailable(lost.reason))
    } finally {
      if (deadline) {
        waiting.delete(deadline)
        deadline.clear()
        // Whoever has the lock next must not read what was consumed here, or may have been.
        await keeper.landed()
      }
    }
  }

  return { isSaving: keeper.isSaving, canRefresh, coolingDown, lookBeyond, spend, leave }
}
