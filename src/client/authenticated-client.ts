import { createRoundTrip } from '../pipeline/round-trip'
import { onPage } from '../platform/page'
import { followStore } from '../session/follow-store'
import type { SessionState } from '../session/phase'
import type { Coordination } from '../stores/lock'
import type { StoredSession } from '../tokens/token-set'
import { assemble } from './assemble'
import { type ResourceOptions, resourceOptions } from './for-resource'
import type { AuthenticatedClientOptions } from './options'
import { resolveOptions } from './resolve-options'
import { createTokenAccess } from './token-access'

/** A `fetch` that keeps a session signed in. Every function of it is bound: hand them around as you like. */
export class AuthenticatedClient {
  // `declare`, here and below: the constructor sets them all.
  /**
   * Exactly `fetch`'s signature and behaviour: network errors, aborts and every status pass through. It rejects only where
   * the client could not do its part.
   * @throws {RefreshUnavailableError | TokenEndpointError} new tokens are needed and can't be had now; the session is kept.
   * @throws {SessionEndedError | SessionChangedError} the session ended, or another one took its place, before this was sent.
   * @throws {StorageError} the store can't say whether there is a session.
   * @throws {TypeError} where `fetch` does; for a target that credentials may not go to; once the client is disposed of.
   */
  declare readonly fetch: typeof globalThis.fetch
  /** Calls `listener` after every change of `state`, as `useSyncExternalStore` wants it. Returns how to stop. */
  declare readonly subscribe: (listener: () => void) => () => void
  /**
   * An access token for what doesn't go through `fetch` (a WebSocket, an upload library). Refreshes at most once, then gives what there is.
   * `minValidity`: how much longer it should be good for, in milliseconds; 0 by default. `signal`: ends the wait, not the refresh.
   * @throws {SessionEndedError} nobody is signed in, or the server refused to refresh.
   * @throws {RefreshExcessiveError} the token has expired, and `refreshBudget` is spent.
   * @throws {RefreshUnavailableError | TokenEndpointError | SessionChangedError | StorageError} as `fetch` does.
   */
  declare readonly getAccessToken: (options?: { signal?: AbortSignal | undefined; minValidity?: number | undefined }) => Promise<string>
  /**
   * Signs in, with tokens or with a cookie session's `{ sessionId, counter: 0 }`: a new session, unless the set carries the current
   * `sessionId`, or `onStepUp` is being asked and neither `sid` nor `sub` differs. Calls that began in the session before are not sent
   * with the new tokens.
   * @throws {TypeError} without an access token that can stand in a header (RFC 6750 §2.1), or for an `expiresAt` that is not in milliseconds.
   * @throws {StorageError} it is not saved yet: it lives in memory, and the next call tries again.
   */
  declare readonly setTokens: (tokens: StoredSession) => Promise<void>
  /**
   * Refreshes now, or joins the refresh that is under way. `signal`: ends the wait, not the refresh.
   * @throws {SessionEndedError} nobody is signed in, or the server refused.
   * @throws {SessionChangedError} another session took its place.
   * @throws {RefreshUnavailableError | TokenEndpointError} it failed, and the session is kept; the first also without a grant, or without
   * the refresh token that the grant needs.
   * @throws {RefreshExcessiveError} `refreshBudget` is spent.
   * @throws {StorageError} the store can't say whether there is a session.
   */
  declare readonly refresh: (options?: { signal?: AbortSignal | undefined }) => Promise<void>
  /**
   * Signs out: the session is over at once; then the store is cleared, `onLogout` is called, and the tokens are revoked in the background.
   * A grant that needs no session, such as client credentials, gets new ones at the next call: `dispose()` stops that.
   * @throws {StorageError} the store could not be cleared; the session is over all the same.
   */
  declare readonly logout: () => Promise<void>
  /**
   * A client for one resource, with access tokens for that resource alone (RFC 8707). They live in memory; the session, its store and its
   * refresh token are those of this client. The two sign in and out together, and are disposed of together. The same options give the
   * same client. A resource that the server refuses (`invalid_target`) concerns no other.
   * @throws {TypeError} for a resource that is no absolute URI, or has a fragment; without a grant; for origins that can't get credentials.
   */
  declare readonly forResource: (options: ResourceOptions) => AuthenticatedClient
  /**
   * Lets go: calls in flight settle, and what is not saved yet is saved; new calls reject with a `TypeError`, no other callback is called
   * any more.
   */
  declare readonly dispose: () => void
  /** What is known of the session: frozen, no secrets, the same object until it changes. */
  declare readonly state: SessionState
  /** How far one refresh is shared: this client, all tabs of a browser, all processes of a machine, or all machines of a fleet. */
  declare readonly coordination: Coordination

  /** @throws {TypeError} for each mistake in the options; the message names the option and the fix. */
  constructor(options: AuthenticatedClientOptions) {
    const resolved = resolveOptions(options)
    let isDisposed = false
    let calls = 0
    const { onEvent, nextCall = () => calls++ } = resolved
    const { parts, freshness, fetch, platform, outlet, coordination } = assemble(resolved, () => isDisposed)
    const { session, refresher, stepUp } = parts
    const { emit, call, subscribe } = outlet
    const assertLive = (): void => {
      if (isDisposed) throw new TypeError('This client is disposed')
    }
    const numbered = (): number => {
      assertLive()
      return nextCall()
    }
    const roundTrip = createRoundTrip(resolved, fetch, parts, freshness, onEvent && emit, numbered)
    const leaving = [
      followStore(resolved.store, session, call, () => isDisposed),
      onPage('online', refresher.tryAgain),
      onPage('pagehide', session.resume), // What is not saved yet is saved before the page goes (F32).
    ]
    call(() => session.look())

    // Getters of the object itself, that need no `this`: a framework (Vue) may wrap the client in a Proxy.
    Object.defineProperties(this, {
      state: { get: () => session.phase.state, configurable: true },
      coordination: { get: coordination, configurable: true },
    })
    this.subscribe = subscribe

    // Called as a plain function: a browser's `fetch` as a method of anything else throws "Illegal invocation".
    const { first, leadsBack } = platform
    // Where the app has put this very client, or a wrapper around it, in place of `globalThis.fetch`, our own request comes back (F104).
    this.fetch = resolved.fetch ? roundTrip : (input, init) => (leadsBack(init) ? first(input, init) : roundTrip(input, init))

    Object.assign(this, createTokenAccess(parts, freshness, assertLive))

    this.setTokens = async (tokens) => {
      assertLive()
      await session.signIn(tokens, stepUp?.isAsking())
    }

    this.logout = async () => {
      assertLive()
      await session.logout()
    }

    const optionsFor = resourceOptions({ ...parts, options: resolved, platform, nextCall, subscribe, coordination })
    /** One for the same options until it is disposed of, and none outlives the one that made them. */
    const children = new Map<string, AuthenticatedClient>()
    this.forResource = (asked) => {
      assertLive()
      const key = JSON.stringify([String(asked.resource), asked.scope, asked.allowedOrigins])
      const known = children.get(key)
      if (known) return known
      const child = another(optionsFor(asked))
      const { dispose } = child
      const { setTokens, logout, forResource } = this
      children.set(key, child)
      return Object.assign(child, {
        setTokens,
        logout,
        forResource,
        dispose() {
          if (children.get(key) === child) children.delete(key)
          dispose()
        },
      })
    }

    this.dispose = () => {
      session.resume() // F32: no later call will.
      isDisposed = true
      delete resolved.isUnauthorized
      delete resolved.onEvent
      for (const child of children.values()) child.dispose()
      stepUp?.leave()
      refresher.leave()
      for (const leave of leaving.splice(0)) leave?.()
    }
  }
}

// Outside of the class: one that names itself is renamed by the bundler (`_AuthenticatedClient`), which stack traces and logs would show.
function another(options: AuthenticatedClientOptions): AuthenticatedClient {
  return new AuthenticatedClient(options)
}
