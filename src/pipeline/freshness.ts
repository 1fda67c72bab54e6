import { SessionChangedError } from '../errors/session-changed-error'
import { SessionEndedError } from '../errors/session-ended-error'
import { abortable } from '../platform/abortable'
import type { Clock } from '../platform/clock'
import { isPromise, type MaybePromise } from '../platform/maybe-promise'
import type { Phase } from '../session/phase'
import type { RefreshBudget } from '../session/refresh-budget'
import type { Refresher } from '../session/refresher'
import type { Session } from '../session/session'
import { isSpent } from '../tokens/expiry'
import { needsPerson } from './needs-person'
import type { StepUp } from './step-up'

export interface FreshnessOptions {
  readonly session: Session
  readonly refresher: Refresher
  readonly budget: RefreshBudget
  readonly clock: Clock
  readonly expiryLeeway: number
  readonly refreshAhead: number | false
  readonly stepUp: StepUp | undefined
}

/** A call that is about to be sent. */
export interface Sending {
  readonly signal: AbortSignal | null | undefined
  readonly isOneShot: boolean
  readonly isSafe: boolean
  /** How long the token must be good for, in milliseconds, whatever its lifetime. */
  readonly minValidity?: number | undefined
}

/** The session as the store shows it now; a call made for one session never goes out with another's tokens. */
export function currentPhase(session: Session, signal: AbortSignal | null | undefined): MaybePromise<Phase> {
  const before = session.phase
  const { turns } = session
  const looked = session.look()
  if (!isPromise(looked)) return looked
  return abortable(looked, signal).then((phase) => {
    if (before.status === 'authenticated' && session.turns !== turns) throw sessionOver(phase)
    return phase
  })
}

/** The phase to send with: as it is while its token is fresh, else after one shared refresh. */
export function freshPhase(options: FreshnessOptions, phase: Phase, sending: Sending): MaybePromise<Phase> {
  const { refresher, clock, expiryLeeway, refreshAhead } = options
  if (phase.status !== 'authenticated') return refresher.startsFromNothing ? refreshed(options, phase, sending) : phase
  const { expiry } = phase
  if (expiry.expiresAt === undefined) return phase
  const now = clock.now()
  // What can't be sent twice must not meet a 401: it goes out with a token that will last.
  const leeway = sending.isOneShot ? 2 * expiryLeeway : expiryLeeway
  const spent = isSpent(expiry, now, leeway) || expiry.expiresAt - now < (sending.minValidity ?? 0)
  if (!spent && !(refreshAhead !== false && isSpent(expiry, now, refreshAhead))) return phase
  if (!refresher.canRefresh(phase) || refresher.saving === phase || options.budget.spent) return phase
  if (spent) return refreshed(options, phase, sending)
  void refresher.refresh(phase, 'ahead')
  return phase
}

async function refreshed(options: FreshnessOptions, phase: Phase, sending: Sending): Promise<Phase> {
  const { session, refresher, clock, stepUp } = options
  const outcome = await abortable(refresher.refresh(phase, 'spent'), sending.signal)
  const now = session.phase
  if (outcome.kind === 'rejected') throw outcome.error
  if (now.epoch !== phase.epoch) throw sessionOver(now)
  if (outcome.kind === 'failed') {
    const { error } = outcome
    if (now.status === 'authenticated' && !isSpent(now.expiry, clock.now(), 0)) return now
    if (!stepUp || !needsPerson(error) || !(await abortable(stepUp.run(undefined, error.error), sending.signal))) throw error
    return session.phase
  }
  // Rule 2: nothing tells whose tokens these are now.
  if (now.doubt !== phase.doubt && !sending.isSafe) throw new SessionChangedError()
  return now
}

function sessionOver(now: Phase): SessionChangedError | SessionEndedError {
  return now.status === 'authenticated' ? new SessionChangedError() : new SessionEndedError()
}
