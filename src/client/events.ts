import type { AuthError } from '../errors/auth-error'
import type { RequestEvent } from '../pipeline/request-event'
import type { Clock } from '../platform/clock'
import type { LogoutReason } from '../session/phase'
import type { SessionEvent } from '../session/session-event'
import { hints } from '../stores/hints'

/** A session is over. Fires once per session and client. */
export interface LogoutEvent {
  /**
   * `refresh_rejected`: the server refused the refresh token, or a cookie session's renewal. `no_refresh_token`: the API refused the
   * access token, and there is nothing to refresh with. `signed_out`: `logout()` was called here. `ended_elsewhere`: another tab, process
   * or client ended it, or the tokens are gone from where they live.
   */
  readonly reason: LogoutReason
  /** The session that is over; absent where it had no id. */
  readonly sessionId?: string | undefined
  /** What the authorization server said, where it did. */
  readonly error?: AuthError | undefined
}

/** Something that the app gave threw, at once or later; the client goes on. */
export interface CallbackErrorEvent {
  readonly type: 'callback-error'
  /** Which of them; `subscribe` for a listener, `scheme` for what looks at responses and challenges. */
  readonly callback: 'onEvent' | 'onLogout' | 'onStepUp' | 'subscribe' | 'scheme'
  /** What it threw, untouched. */
  readonly error: unknown
}

type UntimedEvent = SessionEvent | RequestEvent | CallbackErrorEvent

/** Everything that happens in a client, told apart by `type`; no secrets. */
export type ClientEvent = (SessionEvent | RequestEvent | CallbackErrorEvent) & {
  /** When, in milliseconds since the epoch. */
  readonly at: number
  /** Of a client that `forResource` gave: which API it is for. */
  readonly resource?: string | undefined
}

/** Tells the app what happens: after our state has settled, in order, and so that nothing that it throws comes back to us (rule 7). */
export interface Outlet {
  emit(event: UntimedEvent): void
  /**
   * Calls a callback of the app in a microtask, unless the client is disposed of by then. What it throws is told under the name
   * `callback`, if one is given.
   */
  call(listener: () => unknown, callback?: CallbackErrorEvent['callback']): void
  subscribe(listener: () => void): () => void
}

export function createOutlet(onEvent: ((event: ClientEvent) => unknown) | undefined, clock: Clock, isDisposed: () => boolean): Outlet {
  const [subscribe, hint] = hints()

  const call: Outlet['call'] = (listener, callback) =>
    void Promise.resolve()
      .then(() => isDisposed() || listener())
      .catch((error) => callback && emit({ type: 'callback-error', callback, error }))

  const emit = (event: UntimedEvent): void => {
    if (event.type === 'session-changed') hint()
    if (!onEvent) return
    const timed = { ...event, at: clock.now() }
    call(() => onEvent(timed), event.type === 'callback-error' ? undefined : 'onEvent') // Else one that always throws would never end.
  }

  return {
    emit,
    call,
    subscribe(listener) {
      let hasLeft = false
      const stop = subscribe(() => call(() => hasLeft || listener(), 'subscribe'))
      return () => {
        hasLeft = true // Also for what changed before, and is still to be told.
        stop()
      }
    },
  }
}
