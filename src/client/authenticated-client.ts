import { createFreshness } from '../pipeline/freshness'
import { createRoundTrip } from '../pipeline/round-trip'
import { canAttach } from '../pipeline/select-scheme'
import { createStepUp } from '../pipeline/step-up'
import { tokenFetch } from '../pipeline/token-fetch'
import { createAbortable } from '../platform/abortable'
import { onPage } from '../platform/page'
import { platformFetch } from '../platform/platform-fetch'
import { observer } from '../schemes/observer'
import { followStore } from '../session/follow-store'
import type { SessionState } from '../session/phase'
import { createBudget } from '../session/refresh-budget'
import { createRefresher } from '../session/refresher'
import { createSession } from '../session/session'
import { storeAccess } from '../session/store-access'
import { hasWebLocks, nearestLock } from '../stores/nearest-lock'
import type { Coordination } from '../stores/token-store'
import { type StoredSession, tokenSetOf } from '../tokens/token-set'
import { type CallbackErrorEvent, createOutlet } from './events'
import { type ResourceOptions, resourceOptions } from './for-resource'
import type { AuthenticatedClientOptions } from './options'
import { resolveOptions } from './resolve-options'
import { resourceClients } from './resource-clients'
import { createRevoker } from './revoker'
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
    const { store, clock, limit, grant, schemes, clientId, onLogout, onStepUp, onEvent } = resolved
    const platform = platformFetch()
    const fetch = resolved.fetch ?? platform.fetch
    const { emit, call, subscribe } = createOutlet(onEvent, clock, () => isDisposed)
    const failed = (callback: CallbackErrorEvent['callback']) => (error: unknown) => emit({ type: 'callback-error', callback, error })
    const schemeFailed = failed('scheme')
    const observe = observer(schemes, schemeFailed)
    const tokenRequest = tokenFetch(fetch, schemes, observe)
    const ownLock = resolved.lock ?? store.lock
    const budget = createBudget(resolved.refreshBudget, clock)
    let isDisposed = false
    let calls = 0
    const { nextCall = () => calls++ } = resolved

    const revoke = createRevoker(resolved, tokenRequest, emit)
    const session = createSession(
      storeAccess(store, clock, limit, emit),
      clock,
      grant?.needs === 'nothing',
      emit,
      (reason, dead, error) => {
        const { sessionId } = dead
        emit({ type: 'logout', reason, sessionId })
        if (onLogout) call(() => onLogout({ reason, sessionId, error }), 'onLogout')
        if (reason === 'signed_out') void revoke(tokenSetOf(dead))
      },
      resolved.moved,
    )
    const refresher = createRefresher({
      ...resolved,
      session,
      budget,
      emit,
      fetch: tokenRequest,
      lock: ownLock ?? nearestLock(clock),
      lockName: (id) => `authenticated-client:${JSON.stringify([grant?.tokenEndpoint ?? store.name ?? '', clientId, id])}`,
      // A place with a name is found by others too, and they don't share a lock that ends at this process.
      lockIsShared: () => Boolean(resolved.lock) || (store.lock ? !store.name || store.coordination !== 'client' : hasWebLocks()),
      acceptsType: (type) => canAttach(schemes, type),
      discard: revoke,
    })
    const stepUp =
      onStepUp &&
      createStepUp(
        (event) => (isDisposed ? null : onStepUp(event)),
        session,
        (error) => emit({ type: 'step-up', error }),
        failed('onStepUp'),
      )
    const assertLive = (): void => {
      if (isDisposed) throw new TypeError('This client is disposed')
    }
    const tell = onEvent && emit
    const parts = {
      session,
      root: resolved.root ?? session,
      refresher,
      budget,
      clock,
      abortable: createAbortable(),
      stepUp,
      observe,
      schemeFailed,
    }
    const freshness = createFreshness(resolved, parts)
    const numbered = (): number => {
      assertLive()
      return nextCall()
    }
    const roundTrip = createRoundTrip(resolved, fetch, parts, freshness, tell, numbered)
    const leaving = [
      followStore(store, session, call, () => isDisposed),
      onPage('online', refresher.tryAgain),
      onPage('pagehide', session.resume), // F32.
    ]
    call(() => session.look())

    // Whoever gives another lock than the store's has its reach, as far as that says it.
    const coordination = (): Coordination =>
      (ownLock === store.lock ? store : ownLock)?.coordination ?? (!ownLock && hasWebLocks() ? 'browser' : 'client')
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

    const { getAccessToken, refresh } = createTokenAccess(parts, freshness, assertLive)
    this.getAccessToken = getAccessToken
    this.refresh = refresh

    this.setTokens = async (tokens) => {
      assertLive()
      await session.signIn(tokens, stepUp?.isAsking())
    }

    this.logout = async () => {
      assertLive()
      await session.logout()
    }

    const shared = { session, refresher, stepUp, nextCall, subscribe, coordination }
    const optionsFor = resourceOptions({ options: resolved, grant, ...shared })
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
      for (const leave of leaving.splice(0)) leave?.()
    }
  }
}

// Named within itself, the class would be called otherwise in what is built.
function another(options: AuthenticatedClientOptions): AuthenticatedClient {
  return new AuthenticatedClient(options)
}
