import type { ClientAuthentication } from '../grants/client-authentication'
import type { Grant } from '../grants/grant'
import type { Inspect } from '../pipeline/inspect'
import type { StepUpEvent } from '../pipeline/step-up'
import type { Clock } from '../platform/clock'
import type { FetchLike } from '../platform/fetch-like'
import type { MaybePromise } from '../platform/maybe-promise'
import type { AuthScheme } from '../schemes/auth-scheme'
import type { Lock } from '../stores/lock'
import type { TokenStore } from '../stores/token-store'
import type { TokenSet } from '../tokens/token-set'
import type { ClientEvent, LogoutEvent } from './events'

/** Everything that a client can be told. `null` counts as absent. */
export interface AuthenticatedClientOptions {
  /**
   * Where refresh tokens are traded: shorthand for `grant: refreshTokenGrant({ tokenEndpoint, clientId })`.
   * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-6 RFC 6749 §6}
   */
  readonly tokenEndpoint?: string | URL | null | undefined
  /** The `client_id` of this app at the authorization server (RFC 6749 §2.2). With `tokenEndpoint` it is needed; `grant` brings its own. */
  readonly clientId?: string | null | undefined
  /**
   * How the client says who it is at the token endpoint and at the revocation endpoint: `none`, `clientSecretBasic(secret)`,
   * `clientSecretPost(secret)`.
   * @default none; the one of `grant`
   */
  readonly clientAuthentication?: ClientAuthentication | null | undefined
  /**
   * Where `logout()` revokes the refresh token, in the background; and a rotation that comes too late for its session is revoked, unless
   * the same user has signed in again.
   * @see {@link https://www.rfc-editor.org/rfc/rfc7009 RFC 7009}
   */
  readonly revocationEndpoint?: string | URL | null | undefined
  /** Another way to get tokens, such as `clientCredentialsGrant(…)`, in place of `tokenEndpoint`. */
  readonly grant?: Grant | null | undefined

  /**
   * The tokens, or `null` where nobody is signed in. Read before every send; a synchronous answer costs no await.
   * It must not call the client: that would wait for itself, until `refreshTimeout`.
   */
  readonly getTokens?: (() => MaybePromise<TokenSet | null | undefined>) | null | undefined
  /**
   * Saves `next`, once per rotation, sign-in and step-up; never `null`. `false`, or a promise of it: the store has moved on. It may call the
   * client, but not wait for one of `forResource`, whose tokens are got with what is being saved.
   */
  readonly saveTokens?: ((next: TokenSet, previous: TokenSet | null) => unknown) | null | undefined
  /** Forgets the tokens when the session ends. Without it, forget them in `onLogout`. */
  readonly clearTokens?: (() => unknown) | null | undefined
  /**
   * Where tokens live, in place of the callbacks.
   * @default memoryStore()
   */
  readonly store?: TokenStore | null | undefined
  /**
   * What keeps two refreshes of one session apart.
   * @default the store's; else Web Locks in a browser; else within this process
   */
  readonly lock?: Lock | null | undefined

  /** What relative inputs resolve against (RFC 3986); its origin gets credentials. */
  readonly baseUrl?: string | URL | null | undefined
  /**
   * The origins that get credentials, besides `baseUrl`'s; all others pass through untouched. Exact: no wildcards.
   * @default the page's own and the token endpoint's, and a call elsewhere is a TypeError
   */
  readonly allowedOrigins?: readonly (string | URL)[] | null | undefined
  /**
   * Allows `http:` origins beyond this machine: whoever is on the way can read the tokens.
   * @default false
   */
  readonly allowInsecureOrigins?: boolean | null | undefined
  /**
   * How credentials are attached and challenges answered, strongest first.
   * @default bearer()
   */
  readonly scheme?: AuthScheme | readonly AuthScheme[] | null | undefined

  /**
   * How long before its expiry an access token counts as spent, in milliseconds; at most half its lifetime. Raise it where
   * clocks or networks are slow.
   * @default 30_000
   */
  readonly expiryLeeway?: number | null | undefined
  /**
   * From how long before expiry a passing call starts a refresh in the background, in milliseconds; at most half the token's lifetime.
   * No timers.
   * @default false
   */
  readonly refreshAhead?: number | false | null | undefined
  /**
   * How long a whole refresh may take, body included, in milliseconds; also bounds each answer of the store, of a scheme, of
   * `isUnauthorized` and of `inspect`, and a revocation. `false` for a grant that waits for a person: the grant is unbounded then, until
   * its `signal` aborts because the session is over or the client is disposed of (close the dialog); all else keeps the default.
   * @default 10_000
   */
  readonly refreshTimeout?: number | false | null | undefined
  /**
   * How many successful refreshes 401s may cause within a time; after that a 401 is returned as it is. `false`: any number.
   * @default { attempts: 5, interval: 30_000 }
   */
  readonly refreshBudget?:
    | {
        /** How many. */
        readonly attempts: number
        /** Within how long, in milliseconds. */
        readonly interval: number
      }
    | false
    | null
    | undefined

  /** Hears that a session is over, once per session and client. */
  readonly onLogout?: ((event: LogoutEvent) => void) | null | undefined
  /**
   * Asked for more than a refresh can give (RFC 6750 §3.1 scope, RFC 9470 authentication, claims). Returns the new tokens, or `null`
   * where it got none: a refused call then gets its own answer, or the token endpoint's error. Where the new ones have no refresh token,
   * the session keeps its own. Calls that meet the same challenge meanwhile wait for it: so what it asks of the API itself goes through
   * plain `fetch`.
   */
  readonly onStepUp?: ((event: StepUpEvent) => MaybePromise<TokenSet | null | undefined>) | null | undefined
  /**
   * Hears everything that happens, without secrets. Its `inspect`, if it has one, is shown each response that may be a refusal, with what
   * was sent, before anything is decided; what it returns stands on the `decision`.
   */
  readonly onEvent?:
    | (((event: ClientEvent) => unknown) & {
        /** Sees secrets. The one that `diagnosed` of `/diagnose` brings tells none. */
        readonly inspect?: Inspect | undefined
      })
    | null
    | undefined
  /**
   * Whether a response means 401 though it doesn't say so: refused before anything was applied. Clone it to read it. No answer within
   * `refreshTimeout` means no.
   */
  readonly isUnauthorized?: ((response: Response) => MaybePromise<boolean>) | null | undefined
  /**
   * What sends requests, to the token endpoint too.
   * @default globalThis.fetch, looked up at each call
   */
  readonly fetch?: FetchLike | null | undefined
  /**
   * All time and chance that the client uses.
   * @default the system's
   */
  readonly clock?: Clock | null | undefined
}
