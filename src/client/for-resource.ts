import { RefreshUnavailableError } from '../errors/refresh-unavailable-error'
import { SessionEndedError } from '../errors/session-ended-error'
import type { Grant } from '../grants/grant'
import type { StepUp } from '../pipeline/step-up'
import type { Clock } from '../platform/clock'
import { absolute, originOf } from '../platform/origin'
import type { PlatformFetch } from '../platform/platform-fetch'
import type { Target } from '../session/presentation'
import type { Refresher } from '../session/refresher'
import type { Session } from '../session/session'
import type { Coordination } from '../stores/lock'
import type { TokenSet } from '../tokens/token-set'
import type { ClientEvent } from './events'
import { Inherited } from './inherited'
import type { AuthenticatedClientOptions } from './options'
import { createResourceStore, phaseKey, type ResourceStore } from './resource-store'

/** Options of `forResource`. */
export interface ResourceOptions {
  /**
   * Which API the access tokens are for: absolute, without a fragment.
   * @see {@link https://www.rfc-editor.org/rfc/rfc8707#section-2 RFC 8707 §2}
   */
  readonly resource: string | URL
  /**
   * Space-separated; no more than the session has (RFC 6749 §6).
   * @default the grant's
   */
  readonly scope?: string | null | undefined
  /**
   * The origins that get these tokens. Relative inputs resolve against the first; by default, against the resource.
   * @default the resource's own; the client's where the resource has none (`urn:`)
   */
  readonly allowedOrigins?: readonly (string | URL)[] | null | undefined
}

/** The options of a client, with what one for a single resource is given by the client that makes it. */
export interface SharedOptions extends AuthenticatedClientOptions {
  readonly inherited?: Inherited | undefined
}

/** What the clients for single resources share with the one that they are made by. */
export interface Parent {
  /** The options as they were resolved. The object that the app gave may have changed since, or have its options on a prototype. */
  readonly options: AuthenticatedClientOptions & { readonly clock: Clock; readonly limit: number; readonly endpoints: readonly string[] }
  readonly session: Session
  readonly refresher: Refresher
  readonly stepUp: StepUp | undefined
  readonly platform: PlatformFetch
  readonly nextCall: () => number
  readonly subscribe: (listener: () => void) => () => void
  readonly coordination: () => Coordination
}

/**
 * Makes the options of a client for one resource: it has the parent's session, and access tokens of its own. Those live in memory, and
 * clients for the same resource and scope share them; the parent's store never sees them.
 */
export function resourceOptions(parent: Parent): (asked: ResourceOptions) => SharedOptions {
  const { options, session, refresher, stepUp } = parent
  const { grant } = options
  const stores = new Map<string, ResourceStore>()

  return ({ resource, scope, allowedOrigins: given }) => {
    const target: Target = { resource: String(resource), scope: scope ?? undefined }
    if (!/^[a-z][a-z\d+.-]*:[^\s#]+$/i.test(target.resource)) throw new TypeError('resource must be an absolute URI without a fragment')
    if (Array.isArray(scope)) throw new TypeError('scope must be a string, separated by spaces')
    if (!grant) throw new TypeError('forResource needs tokenEndpoint or grant')
    const key = JSON.stringify(target)
    const store = stores.get(key) ?? createResourceStore(session, parent.subscribe, parent.coordination, options.clock)
    stores.set(key, store)
    /** The `phaseKey` that `moved` has told of. */
    let seen: string | undefined

    /** The grant of this client: gets an access token for the target, with the refresh token of the parent's session. */
    const exchanged = async (held?: TokenSet | null): Promise<TokenSet> => {
      const phase = await session.look()
      // The parent's session may have been replaced since: a token of the new one must not be taken for one of the old.
      if (!phase.held || (held && held.sessionId !== store.shown(phase)?.sessionId)) throw new SessionEndedError()
      const { tokens, error } = await refresher.exchangeFor(target, phase)
      if (!tokens) throw errorOf(error)
      const { accessToken, expiresAt, tokenType, scope } = tokens
      return { accessToken, expiresAt, tokenType, scope }
    }
    const { tokenEndpoint, clientId, needs } = grant
    const { clientAuthentication } = options
    const startsFromNothing = needs === 'nothing'
    const ownGrant: Grant = startsFromNothing ? (tokens, context) => grant(tokens, { ...context, ...target }) : exchanged
    const own = originOf(absolute(target.resource))
    // The tokens are for that server: without an origin that is understood, they must not go to the client's own.
    if (!own && !given && /^https?:/i.test(target.resource))
      throw new TypeError('resource has no origin that can get credentials: give allowedOrigins')
    const allowedOrigins = given ?? (own ? [own] : options.allowedOrigins)

    return {
      ...options,
      // What the parent does for both.
      tokenEndpoint: null,
      // To revoke one token may end the whole session (RFC 7009 §2.1).
      revocationEndpoint: null,
      clientAuthentication: null,
      getTokens: null,
      saveTokens: null,
      clearTokens: null,
      lock: null,
      onLogout: null,
      store,
      grant: Object.assign(ownGrant, {
        needs: startsFromNothing ? 'nothing' : 'session',
        tokenEndpoint,
        clientId,
        clientAuthentication,
      } as const),
      // `exchanged` has the deadline of the parent, which bounds the wait for the lock apart from it: none is added here.
      refreshTimeout: options.refreshTimeout && (startsFromNothing ? options.refreshTimeout : Infinity),
      allowedOrigins,
      baseUrl: given?.[0] ?? (own ? target.resource : options.baseUrl),
      onEvent: Object.assign(
        // The parent has told what befalls the session. A promise of the app's is returned: this client catches what it rejects with.
        (event: ClientEvent) =>
          /^(session|logout|storage|step-up)/.test(event.type) || options.onEvent?.({ ...event, resource: target.resource }),
        { inspect: options.onEvent?.inspect },
      ),
      inherited: new Inherited({
        platform: parent.platform,
        nextCall: parent.nextCall,
        root: session,
        moved() {
          const { phase } = session
          const now = phaseKey(phase)
          if (now === seen || phase.state.status === 'restoring') return undefined
          seen = now
          return store.shown(phase)
        },
        longestWait: options.limit,
        endpoints: options.endpoints,
      }),
      onStepUp: stepUp && (async ({ error, challenge }) => ((await stepUp.ask(error, challenge)) ? exchanged() : null)),
    }
  }
}

function errorOf(error: Awaited<ReturnType<Refresher['exchangeFor']>>['error']): Error {
  // A new error, which says that an answer came: the parent has presented the token twice where none did, and it is not presented again
  // for this client (rule 6).
  if (error?.code === 'ERR_REFRESH_UNAVAILABLE') return new RefreshUnavailableError(error.message, { cause: error, retryAt: error.retryAt })
  return error ?? new SessionEndedError()
}
