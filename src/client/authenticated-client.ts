import { RefreshExcessiveError } from '../errors/refresh-excessive-error'
import { RefreshUnavailableError } from '../errors/refresh-unavailable-error'
import { SessionChangedError } from '../errors/session-changed-error'
import { SessionEndedError } from '../errors/session-ended-error'
import { revokeToken } from '../grants/revocation'
import { AllowedOrigins } from '../pipeline/allowed-origins'
import type { PipelineOptions } from '../pipeline/call'
import { currentPhase, freshPhase } from '../pipeline/freshness'
import { redacted } from '../pipeline/placement'
import { roundTrip } from '../pipeline/round-trip'
import { StepUp } from '../pipeline/step-up'
import { tokenFetch } from '../pipeline/token-fetch'
import { abortable } from '../platform/abortable'
import { GlobalFetch } from '../platform/global-fetch'
import { Deadline } from '../session/deadline'
import { followStore } from '../session/follow-store'
import type { Phase, SessionState } from '../session/phase'
import { RefreshBudget } from '../session/refresh-budget'
import { Refresher } from '../session/refresher'
import { Session } from '../session/session'
import { defaultLock } from '../stores/default-lock'
import type { Coordination } from '../stores/token-store'
import { isB64token } from '../tokens/b64token'
import { isTokenSet, type TokenSet } from '../tokens/token-set'
import { Events } from './events'
import type { AuthenticatedClientOptions } from './options'
import { resolveOptions } from './resolve-options'

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
  readonly fetch: typeof globalThis.fetch
  readonly #options: ReturnType<typeof resolveOptions>
  readonly #events: Events
  readonly #session: Session
  readonly #refresher: Refresher
  readonly #pipeline: PipelineOptions
  readonly #coordination: () => Coordination
  readonly #unfollow: () => void
  #isDisposed = false

  /** @throws {TypeError} for each mistake in the options; the message names the option and the fix. */
  constructor(options: AuthenticatedClientOptions) {
    const resolved = resolveOptions(options)
    const { store, clock, limit, grant, schemes, onStepUp } = resolved
    const global = new GlobalFetch()
    const fetch = resolved.fetch ?? global.send
    const events = new Events(resolved.onEvent, clock)
    const { emit } = events
    const fallback = defaultLock(clock)
    const ownLock = resolved.lock ?? store.lock
    const budget = new RefreshBudget(resolved.refreshBudget, clock)
    const revoke = (tokens: TokenSet): void => void this.#revoke(tokens)
    this.#options = resolved
    this.#events = events
    this.#coordination = () => store.coordination ?? (ownLock ? 'client' : fallback.coordination)
    this.#session = new Session({
      store,
      clock,
      limit,
      sessionless: grant?.needs === 'nothing',
      emit,
      onEnd: (reason, dead, error) => {
        emit({ type: 'logout', reason, sessionId: dead.sessionId })
        if (resolved.onLogout) events.call('onLogout', resolved.onLogout, { reason, sessionId: dead.sessionId, error })
        if (reason === 'signed_out' && isTokenSet(dead)) revoke(dead)
      },
    })
    const session = this.#session
    this.#refresher = new Refresher({
      ...resolved,
      session,
      budget,
      emit,
      fetch: tokenFetch(fetch, schemes),
      lock: ownLock ?? fallback.lock,
      lockName: (id) => `authenticated-client:${JSON.stringify([grant?.tokenEndpoint ?? store.name ?? '', resolved.clientId ?? '', id])}`,
      lockIsShared: () => ownLock !== undefined || fallback.coordination !== 'client',
      acceptsType: (type) => ['bearer', ...schemes.map(({ name }) => name.toLowerCase())].includes(type.toLowerCase()),
      discard: revoke,
    })
    let calls = 0
    this.#pipeline = {
      ...resolved,
      session,
      refresher: this.#refresher,
      budget,
      fetch,
      emit: resolved.onEvent && emit,
      origins: new AllowedOrigins(resolved.origins, resolved.base),
      endpoints: resolved.endpoints.map(redacted),
      stepUp: onStepUp && new StepUp(onStepUp, session, emit, (error) => emit({ type: 'callback-error', callback: 'onStepUp', error })),
      isUnauthorized: resolved.isUnauthorized,
      nextCall: () => calls++,
    }
    this.fetch = async (input, init) => {
      // A wrapper around this very client has brought our own request back (F104).
      if (global.isCalling) return global.original(input, init)
      this.#assertLive()
      return roundTrip(this.#pipeline, input, init)
    }
    this.subscribe = this.subscribe.bind(this)
    this.getAccessToken = this.getAccessToken.bind(this)
    this.setTokens = this.setTokens.bind(this)
    this.refresh = this.refresh.bind(this)
    this.logout = this.logout.bind(this)
    this.dispose = this.dispose.bind(this)
    this.#unfollow = followStore(store, session)
    void this.#restore()
  }

  /** What is known of the session: frozen, no secrets, the same object until it changes. */
  get state(): SessionState {
    return this.#session.state
  }

  /** How far one single flight reaches: who else can't refresh the same session at the same time. */
  get coordination(): Coordination {
    return this.#coordination()
  }

  /** Calls `listener` after every change of `state`, as `useSyncExternalStore` wants it. Returns how to stop. */
  subscribe(listener: () => void): () => void {
    return this.#events.subscribe(listener)
  }

  /**
   * An access token for what is no `fetch` (a WebSocket, an upload library). Refreshes at most once, then gives what there is.
   * @param options.minValidity how long it should still be good for, in milliseconds. Default 0.
   * @throws {SessionEndedError} nobody is signed in. @throws {RefreshExcessiveError} `refreshBudget` is spent. Else as `fetch`.
   */
  async getAccessToken(options: { signal?: AbortSignal | undefined; minValidity?: number | undefined } = {}): Promise<string> {
    this.#assertLive()
    const { signal, minValidity } = options
    const before = this.#assertSession(await currentPhase(this.#session, signal))
    const phase = await freshPhase(this.#pipeline, before, { signal, minValidity, isOneShot: false, isSafe: true })
    if (phase.status !== 'authenticated' || !isTokenSet(phase.tokens)) throw new SessionEndedError()
    const { isMalformed, expiresAt } = phase.expiry
    const isPast = expiresAt !== undefined && expiresAt <= this.#options.clock.now()
    if (isPast && phase === before && this.#pipeline.budget.spent) throw new RefreshExcessiveError()
    if (isMalformed) throw new SessionEndedError('The stored access token can not be sent, and there is no way to replace it')
    return phase.tokens.accessToken
  }

  /**
   * Signs in: a new session, unless the set carries the current `sessionId`. Calls of the session before are not sent with it.
   * @throws {TypeError} without an access token that can stand in a header. @throws {StorageError} it is not saved yet: it lives
   * in memory, and the next call tries again.
   */
  async setTokens(tokens: TokenSet): Promise<void> {
    this.#assertLive()
    if (!isB64token(tokens?.accessToken)) {
      throw new TypeError(
        'setTokens needs { accessToken } as the server sent it: letters, digits and -._~+/ (RFC 6750 §2.1); to sign out, call logout()',
      )
    }
    await this.#session.signIn(tokens, this.#pipeline.stepUp?.isAsking)
  }

  /**
   * Refreshes now, or joins the refresh under way.
   * @throws {SessionEndedError} nobody is signed in, or the server refused. @throws {RefreshUnavailableError | TokenEndpointError}
   * the session is kept. @throws {RefreshExcessiveError} `refreshBudget` is spent.
   */
  async refresh(options: { signal?: AbortSignal | undefined } = {}): Promise<void> {
    this.#assertLive()
    const phase = this.#assertSession(await currentPhase(this.#session, options.signal))
    if (!this.#refresher.canRefresh(phase)) throw new RefreshUnavailableError('There is no refresh token, or no grant to use one')
    if (this.#pipeline.budget.spent) throw new RefreshExcessiveError()
    const outcome = await abortable(this.#refresher.refresh(phase, 'asked'), options.signal)
    if (outcome.kind === 'failed' || outcome.kind === 'rejected') throw outcome.error
    if (outcome.kind === 'session-changed')
      throw this.#session.phase.status === 'authenticated' ? new SessionChangedError() : new SessionEndedError()
  }

  /**
   * Signs out: at once, then clears the store, then `onLogout`, then revokes in the background.
   * @throws {StorageError} the store could not be cleared; the session is over all the same.
   */
  async logout(): Promise<void> {
    this.#assertLive()
    const phase = this.#session.phase.status === 'restoring' ? await this.#session.look() : this.#session.phase
    if (phase.status === 'authenticated') await this.#session.end(phase, 'signed_out')
  }

  /** Lets go: calls in flight settle, new ones reject with a `TypeError`, no callback is called any more. */
  dispose(): void {
    this.#isDisposed = true
    this.#unfollow()
    this.#events.mute()
  }

  async #restore(): Promise<void> {
    await undefined
    if (this.#isDisposed || this.#session.phase.status !== 'restoring') return
    // The app hears of a failure as a `storage-error`; the next call reads again.
    await Promise.resolve(this.#session.look()).catch(() => {})
  }

  async #revoke(tokens: TokenSet): Promise<void> {
    const { revocationEndpoint, clientId, clientAuthentication, clock, limit } = this.#options
    const token = tokens.refreshToken ?? tokens.accessToken
    if (!revocationEndpoint || !clientId) return
    const deadline = new Deadline(limit, clock)
    const hint = tokens.refreshToken ? 'refresh_token' : 'access_token'
    const context = { fetch: tokenFetch(this.#pipeline.fetch, this.#options.schemes), signal: deadline.signal, clock }
    const revoked = await revokeToken({ revocationEndpoint, clientId, clientAuthentication, token, hint }, context)
    deadline.clear()
    this.#events.emit({ type: 'revocation', revoked })
  }

  #assertLive(): void {
    if (this.#isDisposed) throw new TypeError('This client is disposed: make a new one')
  }

  #assertSession(phase: Phase): Phase {
    if (phase.status !== 'authenticated' && !this.#refresher.startsFromNothing) throw new SessionEndedError('Nobody is signed in')
    return phase
  }
}
