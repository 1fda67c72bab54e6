import type { Challenge } from '../challenge/challenge'
import type { MaybePromise } from '../platform/maybe-promise'
import type { Session } from '../session/session'
import { SingleFlight } from '../session/single-flight'
import type { TokenSet } from '../tokens/token-set'
import type { RequestEvent } from './request-event'

/** What a resource or the authorization server asks for that no refresh can give. */
export interface StepUpEvent {
  /** `insufficient_scope`, `insufficient_user_authentication`, `insufficient_claims`, `interaction_required`, … */
  readonly error: string
  /** The challenge, where a resource asked. */
  readonly challenge?: Challenge | undefined
  readonly scope?: string | undefined
  /** In order of preference, separated by spaces (RFC 9470 §3). */
  readonly acrValues?: string | undefined
  /** How old the authentication may be, in seconds. */
  readonly maxAge?: number | undefined
  readonly claims?: string | undefined
}

export type OnStepUp = (event: StepUpEvent) => MaybePromise<TokenSet | null | undefined>

/** Asks the app for more than a refresh can give: no lock is held, other calls go on, the same question is asked once at a time. */
export class StepUp {
  readonly #ask: OnStepUp
  readonly #session: Session
  readonly #emit: (event: RequestEvent) => void
  readonly #failed: (error: unknown) => void
  readonly #flights = new SingleFlight<string, boolean>()
  #asking = 0

  constructor(ask: OnStepUp, session: Session, emit: (event: RequestEvent) => void, failed: (error: unknown) => void) {
    this.#ask = ask
    this.#session = session
    this.#emit = emit
    this.#failed = failed
  }

  /** Whether a `setTokens` now may be the answer to a question of ours. */
  get isAsking(): boolean {
    return this.#asking > 0
  }

  /** Whether there are newer tokens for this session afterwards. */
  run(challenge: Challenge | undefined, code = challenge?.params.error ?? 'insufficient_claims'): Promise<boolean> {
    const { scope, acr_values: acrValues, max_age: maxAge, claims } = challenge?.params ?? {}
    const event: StepUpEvent = {
      error: code,
      challenge,
      scope,
      acrValues,
      maxAge: /^\d{1,9}$/.test(maxAge ?? '') ? Number(maxAge) : undefined,
      claims,
    }
    const key = JSON.stringify([this.#session.phase.epoch, code, scope, acrValues, maxAge, claims])
    return this.#flights.run(key, () => this.#run(event))
  }

  async #run(event: StepUpEvent): Promise<boolean> {
    const before = this.#session.phase
    this.#asking++
    this.#emit({ type: 'step-up', error: event.error, outcome: 'asked' })
    try {
      const tokens = await this.#ask(event)
      // It was asked for the session that was; an answer for one that is over must not bring it back.
      if (tokens && this.#session.phase.epoch === before.epoch) await this.#session.signIn(tokens, true)
    } catch (error) {
      this.#failed(error)
    } finally {
      this.#asking--
    }
    const { phase } = this.#session
    const granted = phase.epoch === before.epoch && phase.generation > before.generation
    this.#emit({ type: 'step-up', error: event.error, outcome: granted ? 'granted' : 'declined' })
    return granted
  }
}
