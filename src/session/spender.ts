import type { Grant } from '../grants/grant'
import { inTime } from '../platform/bounded'
import { isSpent } from '../tokens/expiry'
import { tokenSetOf } from '../tokens/token-set'
import type { CoolDown } from './cool-down'
import { type Deadline, startDeadline } from './deadline'
import { failureOf, type Unavailable } from './failure-of'
import { holdsConsumed } from './holds-consumed'
import { isNewer } from './is-newer'
import { createKeeper } from './keeper'
import type { Phase } from './phase'
import { type PresentationOptions, present, type Target } from './presentation'
import type { RefreshBudget } from './refresh-budget'
import { type RefreshOutcome, unavailable } from './refresh-outcome'
import type { Session } from './session'
import type { RefreshCause } from './session-event'

/** Does the work of a refresh, under the lock: nothing else presents a refresh token. */
export interface Spender {
  /** Whether what that phase holds is being saved. */
  isSaving(phase: Phase): boolean
  /** Whether there is a grant, and this phase holds what it starts from. */
  canRefresh(phase: Phase): boolean
  /** The outcome of a refresh that may not be tried now, while a cool-down runs. */
  coolingDown(phase: Phase, target?: Target): RefreshOutcome | undefined
  /**
   * Reads the store: the outcome, where no refresh is needed because the session is over or somebody else has refreshed it; `undefined`
   * where it shows nothing newer than `from`. The store never holds the tokens of a target.
   */
  lookBeyond(from: Phase, target?: Target): Promise<RefreshOutcome | undefined>
  /**
   * Reads the store again, then presents what it holds (rule 4). Resolves when the lock may be released; `settle` may be called before.
   * @param from the phase whose tokens the callers found wanting.
   * @param target what the access token is for, if not for the session itself.
   * @param lost aborts where the lock is no longer ours.
   */
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
  /** Of a client for one resource: the session of the client that made it. */
  readonly root?: Session | undefined
}

/** Where no lock is shared, somebody else may be quicker each time: how often another try is worth it. */
const mostRounds = 8
/** Who was quicker may not have saved their rotation yet: how long to wait for it, in milliseconds. */
const looksAgainAfter = [50, 200]

export function createSpender(options: SpenderOptions, coolDown: CoolDown): Spender {
  const { session, root, grant, lockIsShared, clock, refreshTimeout, expiryLeeway, budget, discard, subscribe, isDisposed } = options
  const startsFromNothing = grant?.needs === 'nothing'
  const keeper = createKeeper(session, clock, discard)
  /** Exchanges that wait for a person. */
  const waiting = new Map<Deadline, Phase>()
  /** Ends those of a session that is over: a dialog may stay open for ever. */
  const leave = (): void => {
    for (const [deadline, { epoch }] of waiting) if (isDisposed() || session.phase.epoch !== epoch) deadline.abort()
  }
  if (!refreshTimeout) subscribe(leave)

  const canRefresh = (phase: Phase): boolean =>
    startsFromNothing || Boolean(grant && phase.held && (grant.needs !== 'refresh-token' || tokenSetOf(phase.held)?.refreshToken))

  const coolingDown: Spender['coolingDown'] = (phase, target) => {
    const failure = coolDown.running(phase)
    // What is misconfigured for the session (its scope) may be right for a target.
    return failure?.kind === 'misconfigured' && target ? undefined : failure
  }

  /** Starts a cool-down, and returns when it is over. Where the client that made this one has failed, its own cool-down counts. */
  const coolDownFrom = (phase: Phase, failure: Unavailable): number =>
    (root && !startsFromNothing && failure.error.retryAt) || coolDown.start(phase, failure, failure.error.retryAt)

  const lookBeyond: Spender['lookBeyond'] = async (from, target) => {
    const phase = await session.look()
    if (phase.epoch !== from.epoch) return { kind: 'session-changed' }
    const isFresh = phase.held && isNewer(phase, from) && !isSpent(phase.expiry, clock.now(), expiryLeeway)
    return isFresh && !target ? { kind: 'adopted' } : undefined
  }

  /** Whether somebody else has changed the session: their rotation may be the reason why our refresh token was refused. */
  const hasMoved = async (phase: Phase): Promise<boolean> => {
    for (const delay of lockIsShared() ? [0] : [0, ...looksAgainAfter]) {
      if (delay) await clock.sleep(delay)
      if ((await session.look()) !== phase) return true
    }
    return false
  }

  const spend: Spender['spend'] = async (from, because, target, lost, settle) => {
    let deadline: Deadline | undefined
    /** What was presented and got no readable answer: the refresh token; where there is none, the phase. */
    let unanswered: Phase | string | undefined
    /** The save of a refresh token that came without an access token. */
    let rotation: Promise<void> | undefined
    try {
      for (let round = 0; round < mostRounds; round++) {
        const known = await lookBeyond(from, target)
        if (known) return settle(known)
        const { phase } = session
        // Somebody may have signed in since that look: their token is not this flight's to spend.
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
          // A logout or a sign-in during the refresh wins, and so does a pair that somebody else has saved (rule 3).
          const isSame = session.phase.epoch === from.epoch
          if (isSame && because === 'unauthorized') budget.count()
          const { phase: now } = session
          const { mine } = presentation
          const isOver = holdsConsumed(now, mine, tokenSetOf(tokens)?.refreshToken)
          if (isSame && (now === mine || isOver || (startsFromNothing && !now.held))) {
            // A person may have been asked for more meanwhile: what that gave stays beside the new refresh token.
            const isBeside = isOver && tokenSetOf(now.held)?.accessToken !== tokenSetOf(mine.held)?.accessToken
            return await keeper.keep(now, tokens, target !== undefined || isBeside, settle)
          }
          if (isSame) return settle({ kind: 'adopted', tokens: tokenSetOf(tokens) })
          presentation.drop(tokens)
          return settle({ kind: 'session-changed' })
        } catch (thrown) {
          rotation = presentation.rotation ?? rotation
          if (rotation) await inTime(rotation, clock)
          const failure = failureOf(thrown, startsFromNothing, signal)
          if (session.phase.epoch !== from.epoch) {
            const asked = failure.kind === 'unavailable' && failure.error.retryAt
            // That session may come back (signed in to again): a pause that the server has asked for is kept.
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
            // `invalid_target` is about this target alone.
            if (!target) coolDown.start(phase, failure)
            return settle(failure)
          }
          const { error } = failure
          // Nobody knows whether the token was consumed: read the store again, then present it once more (rule 6).
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
        // The next holder of the lock must not read a token from the store that was consumed here, or may have been.
        await rotation
        await keeper.landed()
      }
    }
  }

  return { isSaving: keeper.isSaving, canRefresh, coolingDown, lookBeyond, spend, leave }
}
