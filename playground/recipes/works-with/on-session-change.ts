// For what belongs to one user and outlives a call, such as a cache or a socket: the next user must not see what is in it.
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

/** The client's `fetch`, but calls still under way are aborted when their session ends: the next user must not see their answers. */
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

/** Which session it is. Without an id (a store may keep none) every change of the tokens counts as a new one: it may be another user's. */
export function sessionOf({ state }: AuthenticatedClient): string | number | undefined {
  return state.status === 'authenticated' ? (state.sessionId ?? state.generation) : undefined
}
