import { inTurn } from '../platform/in-turn'
import type { Lock } from '../stores/lock'
import { createCoolDown } from './cool-down'
import { holdLock } from './hold-lock'
import { isNewer } from './is-newer'
import type { Phase } from './phase'
import type { Target } from './presentation'
import { type RefreshFailure, type RefreshOutcome, unavailable } from './refresh-outcome'
import type { RefreshCause, SessionEvent } from './session-event'
import { singleFlight } from './single-flight'
import { createSpender, type SpenderOptions } from './spender'

/** Shares one refresh among all who need it. It belongs to the client, and goes on when its callers leave (rule 1). */
export interface Refresher {
  /** Whether the grant gives tokens where there are none (client credentials). */
  readonly startsFromNothing: boolean
  readonly hasGrant: boolean
  /** Whether what that phase holds is being saved: a call for it must not wait for the flight that saves it (rule 7). */
  isSaving(phase: Phase): boolean
  /** Whether there is a grant, and this phase holds what it starts from. */
  canRefresh(phase: Phase): boolean
  /** Whether the session of this phase is being refreshed. */
  hasFlight(phase: Phase): boolean
  /** The failure that calls are answered with while the cool-down runs. */
  failure(phase: Phase): RefreshFailure | undefined
  /**
   * Gets newer tokens than those of `from`: at once where they are held already, else from the refresh under way or a new one. Never
   * rejects.
   * @param because why, for the event.
   */
  refresh(from: Phase, because: RefreshCause): Promise<RefreshOutcome>
  /** The network is back: ends the cool-down, but for a pause that the server has asked for. */
  tryAgain(): void
  /** A person has put right what failed: ends the cool-down of that session. */
  forgive(phase: Phase): void
  /** The client is disposed of: no call waits for a person any more. */
  leave(): void
  /** Gets an access token for the target, under the session's lock. A refresh token that comes with it is the session's. Never rejects. */
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
  const coolDown = createCoolDown(clock)
  const { isSaving, canRefresh, coolingDown, lookBeyond, spend, leave } = createSpender(options, coolDown)
  let queue = { epoch: 0, join: inTurn() }

  // One at a time for each session, though the lock should see to that: it may be broken, and two at once would present one refresh token.
  const takeTurn = (epoch: number, task: () => Promise<void>): Promise<void> => {
    if (queue.epoch < epoch) queue = { epoch, join: inTurn() }
    // For a session that is over nothing is presented: the task needs no turn.
    return queue.epoch > epoch ? task() : queue.join(task)
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
    // The flight may have begun for older tokens, and have adopted the very ones that were refused now: look again whether newer ones are held.
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
    forgive: coolDown.stop,
    refresh,
    leave,
    exchangeFor: async (target, from) => coolingDown(from, target) ?? lockedSpend(from, 'asked', target),
  }
}
