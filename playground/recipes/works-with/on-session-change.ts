// For what belongs to one user and outlives a call: a cache, a socket. What is in it is not the next user's to see.
import type { AuthenticatedClient } from 'authenticated-client'

/** Calls `task` whenever the session of before is over: signed out, or another one in its place. Returns how to stop. */
export function onSessionChange(client: AuthenticatedClient, task: () => void): () => void {
  let session = sessionOf(client)
  return client.subscribe(() => {
    const before = session
    session = sessionOf(client)
    if (before !== undefined && before !== session) task()
  })
}

/** The client's `fetch`, whose calls are aborted when their session is over: what is still on its way then is not the next user's to see. */
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

/** Where a store keeps no id, each change of the tokens may be another user's. */
export function sessionOf({ state }: AuthenticatedClient): string | number | undefined {
  return state.status === 'authenticated' ? (state.sessionId ?? state.generation) : undefined
}
