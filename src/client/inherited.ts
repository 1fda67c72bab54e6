import type { PlatformFetch } from '../platform/platform-fetch'
import type { Session } from '../session/session'
import type { StoredSession } from '../tokens/token-set'

interface Heritage {
  /** Numbers the calls of all these clients in one row: a handler of their events can tell each call from the others. */
  readonly nextCall: () => number
  /** The session of the parent, in which the user signs in and out. */
  readonly root: Session
  /**
   * What the parent's session is for this client, where it has become another one since this was asked last; else `undefined`. So a
   * sign-out there counts here at once, and not with the next read.
   */
  readonly moved: () => StoredSession | null | undefined
  /** How long everything but the grant may take, in milliseconds. */
  readonly longestWait: number
  /** The `fetch` of the platform: where that is the client that made it, both know their requests. */
  readonly platform: PlatformFetch
  /** The URLs that get no credentials. */
  readonly endpoints: readonly string[]
}

/** What a client for one resource has of the client that made it. A class, so that nothing an app passes as `inherited` is taken for it. */
export class Inherited {
  constructor(readonly parts: Heritage) {}
}
