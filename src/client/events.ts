import type { AuthError } from '../errors/auth-error'
import type { RequestEvent } from '../pipeline/request-event'
import type { Clock } from '../platform/clock'
import type { LogoutReason } from '../session/phase'
import type { SessionEvent } from '../session/session-event'

/** A session is over. Fires once per session and client. */
export interface LogoutEvent {
  readonly reason: LogoutReason
  readonly sessionId?: string | undefined
  /** What the authorization server said, where it did. */
  readonly error?: AuthError | undefined
}

/** Something that the app gave threw, at once or later; the client goes on. */
export interface CallbackErrorEvent {
  readonly type: 'callback-error'
  readonly callback: 'onLogout' | 'onStepUp' | 'subscribe'
  /** What it threw, untouched. */
  readonly error: unknown
}

type UntimedEvent = SessionEvent | RequestEvent | CallbackErrorEvent

/** Everything that happens in a client; no secrets. `at`: milliseconds since the epoch. */
export type ClientEvent = UntimedEvent & { readonly at: number }

/** Tells the app: after our state has settled, in order, and so that nothing it throws comes back (rule 7). */
export class Events {
  readonly #onEvent: ((event: ClientEvent) => unknown) | undefined
  readonly #clock: Clock
  readonly #listeners = new Set<{ readonly call: () => unknown }>()
  #isMute = false

  constructor(onEvent: ((event: ClientEvent) => unknown) | undefined, clock: Clock) {
    this.#onEvent = onEvent
    this.#clock = clock
  }

  readonly emit = (event: UntimedEvent): void => {
    if (event.type === 'session-changed') for (const { call } of this.#listeners) this.call('subscribe', call, undefined)
    const onEvent = this.#onEvent
    if (!onEvent) return
    const timed = { ...event, at: this.#clock.now() }
    // What a listener of errors throws has nobody left to hear it.
    this.#later(
      () => onEvent(timed),
      () => {},
    )
  }

  /** Calls one callback of the app. */
  call<Argument>(callback: CallbackErrorEvent['callback'], listener: (argument: Argument) => unknown, argument: Argument): void {
    this.#later(
      () => listener(argument),
      (error) => this.emit({ type: 'callback-error', callback, error }),
    )
  }

  subscribe(listener: () => void): () => void {
    const entry = { call: listener }
    this.#listeners.add(entry)
    return () => void this.#listeners.delete(entry)
  }

  /** Nobody is called from now on. */
  mute(): void {
    this.#isMute = true
    this.#listeners.clear()
  }

  #later(call: () => unknown, failed: (error: unknown) => void): void {
    Promise.resolve()
      .then(() => (this.#isMute ? undefined : call()))
      .catch(failed)
  }
}
