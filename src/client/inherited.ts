import type { Session } from '../session/session'
import type { StoredSession } from '../tokens/token-set'

interface Parts {
  /** Numbers the calls of all of them, so that who hears their events can tell these apart. */
  readonly nextCall: () => number
  /** Where the user signs in and out. */
  readonly root: Session
  /** What the parent's session has become since this was asked last, `undefined` for nothing else: a sign-out there counts here at once. */
  readonly moved: () => StoredSession | null | undefined
  /** How long all but the grant may take in milliseconds. */
  readonly longestWait: number
}

/** What a client for one resource has of the client that it was made by. A class: no option that a user gives is taken for it. */
export class Inherited {
  constructor(readonly parts: Parts) {}
}
