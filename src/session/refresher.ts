import { inTurn } from '../platform/in-turn'
import type { Lock } from '../stores/lock'
import { createCoolDown } from './cool-down'
import type { Curable } from './failure-of'
import { holdLock } from './hold-lock'
import { isNewer } from './is-newer'
import type { Phase } from './phase'
import type { Target } from './presentation'
import { type RefreshFailure, type RefreshOutcome, unavailable } from './refresh-outcome'
import type { RefreshCause, SessionEvent } from './session-event'
import { singleFlight } from './single-flight'
import { createSpender, type SpenderOptions } from './spender'

/** Shares one refresh among all who need it; the refresh belongs to the client and goes on when its callers leave. */
export interface Refresher {
  /** Whether the grant gives tokens where there are none (client credentials). */
  readonly startsFromNothing: boolean
  readonly hasGrant: boolean
  /** Whether what that phase holds is being saved: a call for it must not wait for the flight that saves it (rule 7). */
  isSaving(phase: Phase): boolean
  /** Whether there is a grant, and what it starts from. */
  canRefresh(phase: Phase): boolean
  /** Whether the session is being refreshed. */
  hasFlight(phase: Phase): boolean
  /** The failure that calls are answered with while the cool-down runs. */
  failure(phase: Phase): RefreshFailure | undefined
  /** Newer tokens than `from` has, by the flight under way or a new one; at once where they are here already. */
  refresh(from: Phase, because: RefreshCause): Promise<RefreshOutcome>
  /** The network is back: what failed for want of it need not wait any longer. */
  tryAgain(): void
  /** The client is disposed of: no call waits for a person any more. */
  leave(): void
  /** Another access token of the session, for the target; a rotation that comes with it is the session's, under the same lock. */
  exchangeFor(target: Target, from: Phase): Promise<RefreshOutcome>
}

export interface RefresherOptions extends SpenderOptions {
  readonly lock: Lock
  readonly lockName: (sessionId: string) => string
  /** For everything else that a flight waits for, in milliseconds. */
  readonly limit: number
  readonly emit: (event: SessionEvent) => void
}

export function createRefresher(options: RefresherOptions): Refresher {
  const { session, grant, lock, lockName, clock, limit, emit } = options
  const flights = singleFlight<number, RefreshOutcome>()
  const coolDown = createCoolDown<Curable>(clock)
  const { isSaving, canRefresh, coolingDown, lookBeyond, spend, leave } = createSpender(options, coolDown)
  let turns = { epoch: 0, take: inTurn() }

  // Beside the lock, which may be broken: two at once would present the same refresh token.
  const takeTurn = (epoch: number, task: () => Promise<void>): Promise<void> => {
    if (turns.epoch < epoch) turns = { epoch, take: inTurn() }
    // Who comes for a session that is over presents nothing.
    return turns.epoch > epoch ? task() : turns.take(task)
  }

  const lockedSpend = (from: Phase, because: RefreshCause, target?: Target): Promise<RefreshOutcome> =>
    new Promise((settle) => {
      const task = (lost: AbortSignal): Promise<void> =>
        takeTurn(from.epoch, () => spend(from, because, target, lost, settle)).catch((cause) => settle(unavailable(cause)))
      session
        .sharedId()
        .then((id) => holdLock(lock, lockName(id), task, 3 * limit, clock))
        .catch(async (cause) => settle((await lookBeyond(from, target).catch(() => undefined)) ?? unavailable(cause)))
    })

  const fly = async (from: Phase, because: RefreshCause): Promise<RefreshOutcome> => {
    emit({ type: 'refresh-started', because, generation: from.generation })
    const outcome = await lockedSpend(from, because)
    emit({ type: 'refresh-ended', outcome: outcome.kind, generation: session.phase.generation, error: outcome.error })
    return outcome
  }

  const refresh: Refresher['refresh'] = async (from, because) => {
    const { phase } = session
    if (phase.epoch !== from.epoch) return { kind: 'session-changed' }
    if (isNewer(phase, from)) return { kind: 'adopted' }
    const outcome = coolingDown(phase) ?? (await flights.join(from.epoch, () => fly(from, because)))
    // A flight that had begun for older tokens may have taken up the very ones that this is about.
    return outcome.kind === 'adopted' && because !== 'spent' ? refresh(from, because) : outcome
  }

  return {
    startsFromNothing: grant?.needs === 'nothing',
    hasGrant: grant !== undefined,
    isSaving,
    canRefresh,
    hasFlight: ({ epoch }) => flights.has(epoch),
    failure: (phase) => coolDown.running(phase)?.error,
    tryAgain: coolDown.shorten,
    refresh,
    leave,
    exchangeFor: async (target, from) => coolingDown(from, target) ?? lockedSpend(from, 'asked', target),
  }
}
