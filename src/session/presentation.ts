import type { Grant } from '../grants/grant'
import type { Clock } from '../platform/clock'
import type { FetchLike } from '../platform/fetch-like'
import { type StoredSession, type TokenSet, tokenSetOf } from '../tokens/token-set'
import { exchange } from './exchange'
import { holdsConsumed } from './holds-consumed'
import type { Phase } from './phase'
import type { Session } from './session'

/** What an access token is for, where it is for one resource alone (RFC 8707 §2). */
export interface Target {
  readonly resource: string
  readonly scope?: string | undefined
}

/** One run of the grant with what a phase holds, and what becomes known on the way. */
export interface Presentation {
  /** The phase that this run began with, or has made: a refresh token may come without a usable access token, and is held at once. */
  readonly mine: Phase
  /** Resolves when that refresh token is saved, or could not be; `undefined` where none came. */
  readonly rotation: Promise<void> | undefined
  /** Whether nothing was sent, because the session had changed, or the lock was lost, before. */
  readonly isHeldBack: boolean
  /** Gives the next token set, whole and fit to be sent. Throws as `exchange` does. */
  run(signal: AbortSignal): Promise<StoredSession>
  /** Gives up tokens that came too late for their session. */
  drop(got: StoredSession): void
}

export interface PresentationOptions {
  readonly session: Session
  readonly clock: Clock
  /** The way to the token endpoint, past every credential of ours. `before`: right before the request goes out. */
  readonly fetch: (input: string | URL | Request, init?: RequestInit, before?: () => void) => Promise<Response>
  /** Whether a token of this type can be attached (RFC 6749 §7.1). */
  readonly acceptsType: (tokenType: string | undefined) => boolean
  /** For tokens that nobody will use: revoked where that is possible. */
  readonly discard: (tokens: TokenSet | null) => void
}

/** Named, though absent: a polluted `Object.prototype` would ask for something else (A56). */
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
  const known: { -readonly [Name in 'mine' | 'rotation' | 'isHeldBack']: Presentation[Name] } = {
    mine: phase,
    rotation: undefined,
    isHeldBack: false,
  }

  const drop = (got: StoredSession): void => {
    session.supersede(phase, got)
    discard(tokenSetOf(got))
  }

  const rotated = (refreshToken: string): void => {
    if (!old || !refreshToken || refreshToken === old.refreshToken) return
    if (session.phase.epoch !== phase.epoch) drop({ ...old, refreshToken })
    if (!holdsConsumed(session.phase, known.mine, refreshToken)) return
    // A refresh token that was received is kept, whatever the rest of the answer is worth (rule 5).
    known.rotation = session.rotate(session.phase, { ...old, ...session.phase.held, refreshToken }).catch(() => {})
    known.mine = session.phase
  }

  // To prove who the client is, or that it has the key, takes time, and so does asking for a nonce (RFC 9449 §8): somebody may have signed
  // in or out, or have rotated, meanwhile.
  const before = (): void => {
    const { held, epoch } = session.phase
    if (epoch === phase.epoch && tokenSetOf(held)?.refreshToken === tokenSetOf(known.mine.held)?.refreshToken && !lost.aborted) return
    known.isHeldBack = true
    throw new Error('The session has moved on')
  }
  const send: FetchLike = (input, init) => fetch(input, init, before)

  return Object.assign(known, {
    async run(signal: AbortSignal) {
      const got = await exchange(grant, phase, { ...nothing, ...target, fetch: send, signal, clock, rotated }, acceptsType)
      // What the grant has told of stands, unless it has got yet another one since.
      const told = known.mine !== phase && tokenSetOf(known.mine.held)?.refreshToken
      return told && tokenSetOf(got)?.refreshToken === old?.refreshToken ? { ...got, refreshToken: told } : got
    },
    drop,
  })
}
