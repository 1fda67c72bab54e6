import { createRoundTrip } from '../pipeline/round-trip'
import { onPage } from '../platform/page'
import { followStore } from '../session/follow-store'
import type { SessionState } from '../session/phase'
import type { Coordination } from '../stores/token-store'
import type { StoredSession } from '../tokens/token-set'
import { assemble } from './assemble'
import { type ResourceOptions, resourceOptions } from './for-resource'
import type { AuthenticatedClientOptions } from './options'
import { resolveOptions } from './resolve-options'
import { resourceClients } from './resource-clients'
import { createTokenAccess } from './token-access'

/** A `fetch` that keeps a session signed in. Every function of it is bound: hand them around as you like. */
export class AuthenticatedClient {
  /**
   * Exactly `fetch`'s signature and behaviour: network errors, aborts and every status pass through. It rejects only where
   * the client could not do its part.
   * @throws {RefreshUnavailableError | TokenEndpointError} new tokens are needed and can't be had now; the session is kept.
   * @throws {SessionEndedError | SessionChangedError} the session ended, or another took its place, before this was sent.
   * @throws {StorageError} the store can't say whether there is a session.
   * @throws {TypeError} where `fetch` does; a target that credentials may not go to; a disposed client.
   */
  // `declare`, here and below: the constructor sets them all.
  declare readonly fetch: typeof globalThis.fetch
  /** Calls `listener` after every change of `state`, as `useSyncExternalStore` wants it. Returns how to stop. */
  declare readonly subscribe: (listener: () => void) => () => void
  /**
   * An access token for what is no `fetch` (a WebSocket, an upload library). Refreshes at most once, then gives what there is.
   * `minValidity`: how long it should still be good for, in milliseconds; 0 by default.
   * @throws {SessionEndedError} nobody is signed in. @throws {RefreshExcessiveError} `refreshBudget` is spent. Else as `fetch`.
   */
  declare readonly getAccessToken: (options?: { signal?: AbortSignal | undefined; minValidity?: number | undefined }) => Promise<string>
  /**
   * Signs in, with tokens or with a cookie session's `{ sessionId, counter: 0 }`: a new session, unless the set carries the current
   * `sessionId`. Calls of the session before are not sent with it.
   * @throws {TypeError} without an access token that can stand in a header (RFC 6750 §2.1). @throws {StorageError} it is not saved
   * yet: it lives in memory, and the next call tries again.
   */
  declare readonly setTokens: (tokens: StoredSession) => Promise<void>
  /**
   * Refreshes now, or joins the refresh under way.
   * @throws {SessionEndedError} nobody is signed in, or the server refused. @throws {SessionChangedError} another session took its place.
   * @throws {RefreshUnavailableError | TokenEndpointError} the session is kept; the first also without a grant, or without the refresh
   * token that it needs. @throws {RefreshExcessiveError} `refreshBudget` is spent.
   */
  declare readonly refresh: (options?: { signal?: AbortSignal | undefined }) => Promise<void>
  /**
   * Signs out: at once, then clears the store, then `onLogout`, then revokes in the background.
   * @throws {StorageError} the store could not be cleared; the session is over all the same.
   */
  declare readonly logout: () => Promise<void>
  /**
   * A client for one resource, over the same session: tokens for that resource alone (RFC 8707), in the memory of this client, behind
   * one rotating refresh token. It signs in and out with this one, and is disposed with it; the same options give the same client.
   * A refusal of the resource (`invalid_target`) concerns no other.
   * @throws {TypeError} for a resource that is no absolute URI; without a grant; for origins that can't get credentials.
   */
  declare readonly forResource: (options: ResourceOptions) => AuthenticatedClient
  /** Lets go: calls in flight settle, new ones reject with a `TypeError`, no callback is called any more. */
  declare readonly dispose: () => void
  /** What is known of the session: frozen, no secrets, the same object until it changes. */
  declare readonly state: SessionState
  /** How far one single flight reaches: who else can't refresh the same session at the same time. */
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
      onPage('pagehide', session.resume), // F32.
    ]
    call(() => session.look())

    // Own, and bound as the functions are: a framework may wrap the client in a Proxy (Vue).
    Object.defineProperties(this, {
      state: { get: () => session.phase.state, configurable: true },
      coordination: { get: coordination, configurable: true },
    })
    this.subscribe = subscribe

    // Called on nothing: a browser's wants no other `this` than its own.
    const { first, leadsBack } = platform
    // A wrapper around this very client may bring our own request back (F104).
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

    const optionsFor = resourceOptions({ ...parts, options: resolved, nextCall, subscribe, coordination })
    const resources = resourceClients((asked) => {
      const { setTokens, logout, forResource } = this
      return Object.assign(another(optionsFor(asked)), { setTokens, logout, forResource })
    })
    this.forResource = (asked) => {
      assertLive()
      return resources.of(asked)
    }

    this.dispose = () => {
      isDisposed = true
      delete resolved.isUnauthorized
      delete resolved.onEvent
      resources.dispose()
      stepUp?.leave()
      refresher.leave()
      for (const leave of leaving.splice(0)) leave?.()
    }
  }
}

// Named within itself, the class would be called otherwise in what is built.
function another(options: AuthenticatedClientOptions): AuthenticatedClient {
  return new AuthenticatedClient(options)
}
