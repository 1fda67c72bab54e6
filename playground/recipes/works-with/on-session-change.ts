// For what belongs to one user and outlives a call, such as a cache or a socket: the next user must not see what is in it. Tokens must keep
// their `sessionId` for that, in your store or in what `getTokens` returns: without one each refresh counts as another user's session, so
// calls under way are aborted and caches emptied. `setTokens` mints one; migrate/from-supabase-fetch.ts takes one from elsewhere.
import type { AuthenticatedClient } from 'authenticated-client'

/** Calls `task` whenever a session has ended: by a sign-out, or because another session took its place. Returns how to stop. */
export function onSessionChange(client: AuthenticatedClient, task: () => void): () => void {
  let session = sessionOf(client)
  return client.subscribe(() => {
    const before = session
    session = sessionOf(client)
    if (before !== undefined && before !== session) task()
  })
}

/**
 * The client's `fetch`, but calls still under way are aborted when their session ends: the next user must not see their answers. Needs
 * `AbortSignal.any`: Chrome 116, Firefox 124, Safari 17.4, Node 20.3.
 */
export function fetchOfSession(client: AuthenticatedClient): typeof globalThis.fetch {
  let session = new AbortController()
  onSessionChange(client, () => {
    session.abort()
    session = new AbortController()
  })
  return (input, init) => {
    const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined)
    return client.fetch(input, { ...init, signal: signal ? AbortSignal.any([signal, session.signal]) : session.signal })
  }
}

/**
 * Which session it is. Without an id every change of the tokens counts as a new one: it may be another user's, and the status is the same
 * where one user takes another's place, so it can't tell.
 */
export function sessionOf({ state }: AuthenticatedClient): string | number | undefined {
  return state.status === 'authenticated' ? (state.sessionId ?? state.generation) : undefined
}
