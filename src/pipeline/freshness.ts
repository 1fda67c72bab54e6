import { SessionChangedError } from '../errors/session-changed-error'
import { SessionEndedError } from '../errors/session-ended-error'
import { isPromise, type MaybePromise } from '../platform/maybe-promise'
import type { Phase } from '../session/phase'
import type { RefreshOutcome } from '../session/refresh-outcome'
import { isSpent } from '../tokens/expiry'
import type { Parts } from './parts'

/** What is about to be sent. */
export interface Sending {
  readonly signal?: AbortSignal | null | undefined
  readonly isOneShot?: boolean
  readonly isSafe: boolean
}

/** Finds tokens to send with. What is at hand is given without a promise. */
export interface Freshness {
  /** The session as the store shows it now; a call made for one session never goes out with another's tokens. */
  current(signal: AbortSignal | null | undefined): MaybePromise<Phase>
  /**
   * The phase to send with: as it is while its token is fresh, else after one shared refresh.
   * @param minValidity how long the token must be good for, in milliseconds, whatever its lifetime.
   */
  fresh(phase: Phase, sending: Sending, minValidity?: number): MaybePromise<Phase>
  /** Where the authorization server wants a person to act, asks the app; throws `error` where that gives nothing, and the session is the same. */
  askPerson(error: NonNullable<RefreshOutcome['error']>, signal: AbortSignal | null | undefined): Promise<void>
}

export interface FreshnessOptions {
  readonly expiryLeeway: number
  readonly refreshAhead: number | false
}

export function createFreshness({ expiryLeeway, refreshAhead }: FreshnessOptions, parts: Parts): Freshness {
  const { session, root, refresher, budget, clock, abortable, stepUp } = parts
  const askPerson: Freshness['askPerson'] = async (error, signal) => {
    const code = 'error' in error ? error.error : ''
    const { epoch } = session.phase
    // OpenID Connect Core §3.1.2.6.
    if (stepUp && /^(interaction|login|consent)_required$/.test(code) && (await abortable(stepUp.ask(code), signal))) return
    // Whoever signed out, or in, while the app was asked: the error was not about that.
    if (session.phase.epoch === epoch) throw error
  }

  const refreshed = async (phase: Phase, { signal, isSafe }: Sending): Promise<Phase> => {
    const { kind, error } = await abortable(refresher.refresh(phase, 'spent'), signal)
    const now = session.phase
    if (kind === 'rejected') throw error
    if (now.epoch !== phase.epoch || kind === 'session-changed') throw sessionOver(now)
    if (error && !(now.held && !isSpent(now.expiry, clock.now(), 0))) await askPerson(error, signal)
    const then = session.phase
    if (then.epoch !== phase.epoch) throw sessionOver(then)
    // Rule 2: nothing tells whose tokens these are now.
    if (then.doubt !== phase.doubt && !isSafe) throw new SessionChangedError()
    return then
  }

  return {
    askPerson,
    current(signal) {
      const restored = session.look.restored()
      const looked = restored ?? session.look()
      if (!isPromise(looked)) return looked
      const { turns, phase: begun } = root
      const { phase } = session
      return abortable(looked, signal).then((found) => {
        const turned = root.turns - turns
        if (!turned) return session.phase
        if (begun.state.status === 'restoring') {
          // Where nobody was found, who signs in here after that is somebody else.
          if (restored && !found.held) return found
          // The first sign-in says whose session it is; one after a sign-out, or after another, is somebody else's, wherever it was.
          if ((turned === 1 && root.phase.epoch === 1) || !session.phase.held) return session.phase
        } else if (!begun.held) return phase
        // Who signed in or out here meanwhile: this call is not theirs.
        throw sessionOver(session.phase)
      })
    },
    fresh(phase, sending, minValidity = 0) {
      if (!phase.held) return refresher.startsFromNothing ? refreshed(phase, sending) : phase
      // What can't be sent twice must not meet a 401, and the refresh under way may be there because of one: wait for it.
      if (sending.isOneShot && refresher.hasFlight(phase) && !refresher.isSaving(phase)) return refreshed(phase, sending)
      const { expiry } = phase
      if (expiry.expiresAt === undefined) return phase
      const now = clock.now()
      // And it goes out with a token that will last.
      const spent = isSpent(expiry, now, sending.isOneShot ? 2 * expiryLeeway : expiryLeeway) || expiry.expiresAt < now + minValidity
      const isDue = spent || isSpent(expiry, now, Number(refreshAhead))
      if (!isDue || !refresher.canRefresh(phase) || refresher.isSaving(phase) || budget.isExhausted()) return phase
      if (spent) return refreshed(phase, sending)
      void refresher.refresh(phase, 'ahead')
      return phase
    },
  }
}

/** Why a call of a session that is no more can't be sent. */
export function sessionOver(now: Phase): SessionChangedError | SessionEndedError {
  return now.held ? new SessionChangedError() : new SessionEndedError()
}
