import { SessionChangedError } from '../errors/session-changed-error'
import { SessionEndedError } from '../errors/session-ended-error'
import { isPromise, type MaybePromise } from '../platform/maybe-promise'
import type { Phase } from '../session/phase'
import type { RefreshOutcome } from '../session/refresh-outcome'
import { isSpent } from '../tokens/expiry'
import type { Parts } from './parts'

/** What of a request decides how fresh its token must be, and whose it may be. */
export interface Sending {
  readonly signal?: AbortSignal | null | undefined
  /** Whether the body can be sent only once, so that there is no second try after a 401. */
  readonly isOneShot?: boolean
  /** Whether the method is safe (RFC 9110 §9.2.1). */
  readonly isSafe: boolean
}

/** Finds tokens to send with. What is at hand is given without a promise. */
export interface Freshness {
  /**
   * The session as the store shows it now. A call that began in one session never goes out with the tokens of another.
   * @throws {SessionEndedError | SessionChangedError} its session ended, or was replaced, here, while the store was read.
   */
  current(signal: AbortSignal | null | undefined): MaybePromise<Phase>
  /**
   * The phase to send with: as it is while its token is fresh, else after one shared refresh.
   * @param minValidity how much longer the token must be good for, in milliseconds; unlike the leeway it is not cut to half the lifetime.
   * @throws {AuthError} as `client.fetch` does where no token can be had.
   */
  fresh(phase: Phase, sending: Sending, minValidity?: number): MaybePromise<Phase>
  /**
   * After a refresh that failed: asks the app (`onStepUp`) where the authorization server wants a person to act. Otherwise, and where the
   * app has no answer, it throws `error`, unless the session has been replaced or has ended meanwhile.
   */
  askPerson(error: NonNullable<RefreshOutcome['error']>, signal: AbortSignal | null | undefined): Promise<void>
}

export interface FreshnessOptions {
  readonly expiryLeeway: number
  readonly refreshAhead: number | false
}

export function createFreshness({ expiryLeeway, refreshAhead }: FreshnessOptions, parts: Parts): Freshness {
  const { session, root, refresher, budget, clock, abortable, stepUp } = parts
  /** What a person was asked about, and had no answer to. */
  let declined: unknown
  const askPerson: Freshness['askPerson'] = async (error, signal) => {
    const code = 'error' in error ? error.error : ''
    const { epoch } = session.phase
    // OpenID Connect Core §3.1.2.6.
    if (stepUp && error !== declined && /^(interaction|login|consent)_required$/.test(code)) {
      if (await abortable(stepUp.ask(code), signal)) return refresher.forgive(session.phase)
      declined = error // Not asked again for each call inside the cool-down.
    }
    // The session may have been replaced, or have ended, while the app was asked: the error is not about the present one.
    if (session.phase.epoch === epoch) throw error
  }

  const refreshed = async (phase: Phase, { signal, isSafe }: Sending): Promise<Phase> => {
    const { kind, error } = await abortable(refresher.refresh(phase, 'spent'), signal)
    const now = session.phase
    if (kind === 'rejected') throw error
    if (now.epoch !== phase.epoch || kind === 'session-changed') throw sessionOver(now)
    if (error && !(now.held && !isSpent(now.expiry, clock.now(), 0))) await askPerson(error, signal)
    // A person may have been asked: what is held by now?
    const latest = session.phase
    if (latest.epoch !== phase.epoch) throw sessionOver(latest)
    // Nothing tells whose tokens these are (rule 2).
    if (latest.doubt !== phase.doubt && !isSafe) throw new SessionChangedError()
    return latest
  }

  return {
    askPerson,
    current(signal) {
      const restored = session.look.restored()
      const looked = restored ?? session.look()
      if (!isPromise(looked)) return looked
      const { turns: turnsBefore, phase: rootBefore } = root
      const { phase: before } = session
      return abortable(looked, signal).then((found) => {
        const turns = root.turns - turnsBefore
        // Nobody has signed in or out here while the store was read.
        if (!turns) return session.phase
        if (rootBefore.state.status === 'restoring') {
          // The store held nobody, so the call is nobody's: whoever signed in here after that is somebody else.
          if (restored && !found.held) return found
          // The very first sign-in says whose session it was all along. One that follows a sign-out or another sign-in, wherever that was
          // made, is somebody else's.
          const isFirst = turns === 1 && root.phase.epoch === 1
          if (isFirst || !session.phase.held) return session.phase
        } else if (!rootBefore.held) return before // It began while nobody was signed in, and goes out bare.
        throw sessionOver(session.phase)
      })
    },
    fresh(phase, sending, minValidity = 0) {
      if (!phase.held) return refresher.startsFromNothing ? refreshed(phase, sending) : phase
      // What can't be sent twice must not meet a 401, and a 401 may be the reason for the refresh under way: wait for that.
      if (sending.isOneShot && refresher.hasFlight(phase) && !refresher.isSaving(phase)) return refreshed(phase, sending)
      const { expiry } = phase
      if (expiry.expiresAt === undefined) return phase
      const now = clock.now()
      // A body that can be sent only once goes out with a token that has more time left than others need.
      const spent = isSpent(expiry, now, sending.isOneShot ? 2 * expiryLeeway : expiryLeeway) || expiry.expiresAt < now + minValidity
      const isDue = spent || isSpent(expiry, now, Number(refreshAhead))
      if (!isDue || !refresher.canRefresh(phase) || refresher.isSaving(phase) || budget.isExhausted()) return phase
      if (spent) return refreshed(phase, sending)
      void refresher.refresh(phase, 'ahead')
      return phase
    },
  }
}

/** The error for a call whose session is over: another one took its place, or there is none. */
export function sessionOver(now: Phase): SessionChangedError | SessionEndedError {
  return now.held ? new SessionChangedError() : new SessionEndedError()
}
