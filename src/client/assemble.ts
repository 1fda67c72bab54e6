import { createFreshness, type Freshness } from '../pipeline/freshness'
import type { Parts } from '../pipeline/parts'
import { canAttach } from '../pipeline/select-scheme'
import { createStepUp } from '../pipeline/step-up'
import { tokenFetch } from '../pipeline/token-fetch'
import { createAbortable } from '../platform/abortable'
import type { FetchLike } from '../platform/fetch-like'
import { platformFetch } from '../platform/platform-fetch'
import { observer } from '../schemes/observer'
import { createBudget } from '../session/refresh-budget'
import { createRefresher } from '../session/refresher'
import { createSession } from '../session/session'
import { storeAccess } from '../session/store-access'
import { hasWebLocks } from '../stores/has-web-locks'
import type { Coordination } from '../stores/lock'
import { nearestLock } from '../stores/nearest-lock'
import { isSameUser } from '../tokens/session-identity'
import { type TokenSet, tokenSetOf } from '../tokens/token-set'
import { type CallbackErrorEvent, createOutlet, type Outlet } from './events'
import type { ResolvedOptions } from './resolve-options'
import { createRevoker } from './revoker'

/** What a client is made of. */
export interface Assembly {
  readonly parts: Parts
  readonly freshness: Freshness
  readonly outlet: Outlet
  /** What requests go out with: the app's, or that of `platform`. */
  readonly fetch: FetchLike
  readonly platform: ReturnType<typeof platformFetch>
  /** How far one refresh is shared. */
  readonly coordination: () => Coordination
}

/** Puts the parts together: who tells whom, and what each one may do. */
export function assemble(options: ResolvedOptions, isDisposed: () => boolean): Assembly {
  const { store, clock, limit, grant, schemes, clientId, onLogout, onStepUp, onEvent } = options
  const platform = options.platform ?? platformFetch()
  const fetch = options.fetch ?? platform.fetch
  const outlet = createOutlet(onEvent, clock, isDisposed)
  const { emit, call } = outlet
  const failed = (callback: CallbackErrorEvent['callback']) => (error: unknown) => emit({ type: 'callback-error', callback, error })
  const schemeFailed = failed('scheme')
  const observe = observer(schemes, schemeFailed)
  const tokenRequest = tokenFetch(fetch, schemes, observe)
  const ownLock = options.lock ?? store.lock
  /** The reach of the lock that is used: the store says it of its own, a lock that the app has given says it of itself. */
  const coordination = (): Coordination =>
    (ownLock && ownLock === store.lock ? store : ownLock)?.coordination ?? (!ownLock && hasWebLocks() ? 'browser' : 'client')
  const budget = createBudget(options.refreshBudget, clock)
  const revoke = createRevoker(options, tokenRequest, emit)
  // Not where the same user has signed in again: a server that keeps one grant for each user would end that, too (RFC 7009 §2.1).
  const discard = (tokens: TokenSet | null): void => {
    const { held } = session.phase
    if (tokens && !(held && isSameUser(tokens, held))) void revoke(tokens)
  }
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
    discard,
    options.moved,
    options.root,
  )
  const refresher = createRefresher({
    ...options,
    session,
    budget,
    emit,
    fetch: tokenRequest,
    lock: ownLock ?? nearestLock(clock),
    lockName: (id) => `authenticated-client:${JSON.stringify([grant?.tokenEndpoint ?? store.name ?? '', clientId, id])}`,
    // Not where the lock ends at this process, and others may have opened the same store: it has a name then, or is the app's.
    lockIsShared: () => coordination() !== 'client' || Boolean(store.lock && !store.name),
    subscribe: outlet.subscribe,
    isDisposed,
    acceptsType: (type) => canAttach(schemes, type),
    discard,
  })
  const stepUp =
    onStepUp &&
    createStepUp(
      (event) => (isDisposed() ? null : onStepUp(event)),
      session,
      outlet.subscribe,
      (error) => emit({ type: 'step-up', error }),
      failed('onStepUp'),
    )
  const abortable = createAbortable()
  const parts = { session, root: options.root ?? session, refresher, budget, clock, abortable, stepUp, observe, schemeFailed }
  return {
    parts,
    freshness: createFreshness(options, parts),
    outlet,
    fetch,
    platform,
    coordination,
  }
}
