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
export interface Outlet {
  emit(event: UntimedEvent): void
  /** Calls one callback of the app. */
  call(callback: CallbackErrorEvent['callback'], listener: () => unknown): void
  subscribe(listener: () => void): () => void
  /** Nobody is called from now on. */
  mute(): void
}

export function createOutlet(onEvent: ((event: ClientEvent) => unknown) | undefined, clock: Clock): Outlet {
  const listeners = new Set<{ readonly listener: () => unknown }>()
  let isMute = false

  const later = (listener: () => unknown, failed?: (error: unknown) => void): void =>
    void Promise.resolve()
      .then(() => isMute || listener())
      .catch(failed ?? (() => {}))

  const call: Outlet['call'] = (callback, listener) => later(listener, (error) => emit({ type: 'callback-error', callback, error }))

  const emit = (event: UntimedEvent): void => {
    if (event.type === 'session-changed') for (const { listener } of listeners) call('subscribe', listener)
    if (!onEvent) return
    const timed = { ...event, at: clock.now() }
    // What a listener of errors throws has nobody left to hear it.
    later(() => onEvent(timed))
  }

  return {
    emit,
    call,
    subscribe(listener) {
      const entry = { listener }
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
    mute() {
      isMute = true
    },
  }
}
