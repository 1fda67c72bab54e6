import type { Grant } from '../grants/grant'
import type { Clock } from '../platform/clock'
import type { FetchLike } from '../platform/fetch-like'
import { type StoredSession, type TokenSet, tokenSetOf } from '../tokens/token-set'
import { exchange } from './exchange'
import { isBehind } from './is-behind'
import type { Phase } from './phase'
import type { Session } from './session'

/** What an access token is for, where it is not for all that the session's own is (RFC 8707). */
export interface Target {
  readonly resource: string
  readonly scope?: string | undefined
}

/** One run of the grant with what a phase holds, and what is learnt on the way. */
export interface Presentation {
  /** The phase as this run has left it: a rotation may come without a usable access token. */
  readonly mine: Phase
  /** Settles when that rotation is saved, or could not be. */
  readonly rotation: Promise<void> | undefined
  /** Nothing went out: the session had moved on before. */
  readonly isHeldBack: boolean
  /** The next token set, whole and fit to be sent. Throws as `exchange` does. */
  run(signal: AbortSignal): Promise<StoredSession>
  /** For what came too late for its session. */
  drop(got: StoredSession): void
}

export interface PresentationOptions {
  readonly session: Session
  readonly clock: Clock
  /** The way to the token endpoint, past every credential of ours. `before`: once a proof is made, right before the request goes out. */
  readonly fetch: (input: string | URL | Request, init?: RequestInit, before?: () => void) => Promise<Response>
  /** Whether a token of this type can be attached (RFC 6749 §7.1). */
  readonly acceptsType: (tokenType: string | undefined) => boolean
  /** For tokens that nobody will use: revoked where that is possible. */
  readonly discard: (tokens: TokenSet | null) => void
}

/** Its own, or a polluted prototype would ask for more (A56). */
const nothing = { resource: undefined, scope: undefined, claims: undefined }

/** @param lost aborts where the lock is no longer ours. */
export function present(
  phase: Phase,
  grant: Grant,
  target: Target | undefined,
  lost: AbortSignal,
  { session, clock, fetch, acceptsType, discard }: PresentationOptions,
): Presentation {
  const old = tokenSetOf(phase.held)
  let mine = phase
  let rotation: Promise<void> | undefined
  let isHeldBack = false

  const drop = (got: StoredSession): void => {
    session.supersede(phase, got)
    discard(tokenSetOf(got))
  }

  const rotated = (refreshToken: string): void => {
    if (!old || !refreshToken || refreshToken === old.refreshToken) return
    if (session.phase.epoch !== phase.epoch) drop({ ...old, refreshToken })
    if (!isBehind(session.phase, phase, refreshToken)) return
    // Rule 5: received is received, whatever the rest of the answer is worth.
    rotation = session.rotate(session.phase, { ...old, ...session.phase.held, refreshToken }).catch(() => {})
    mine = session.phase
  }

  // While a proof was made, or a nonce asked for (RFC 9449 §8), who signed in or out, or rotated, may have been heard of.
  const before = (): void => {
    const { held, epoch } = session.phase
    if (epoch === phase.epoch && tokenSetOf(held)?.refreshToken === old?.refreshToken && !lost.aborted) return
    isHeldBack = true
    throw new Error('The session has moved on')
  }
  const send: FetchLike = (input, init) => fetch(input, init, before)

  return {
    get mine() {
      return mine
    },
    get rotation() {
      return rotation
    },
    get isHeldBack() {
      return isHeldBack
    },
    run: (signal) => exchange(grant, phase, { ...nothing, ...target, fetch: send, signal, clock, rotated }, acceptsType),
    drop,
  }
}
