import type { AuthError } from '../errors/auth-error'
import { inTime } from '../platform/bounded'
import type { Clock } from '../platform/clock'
import { isSameSignIn } from '../tokens/session-identity'
import { plain, type StoredSession, type TokenSet, tokenSetOf } from '../tokens/token-set'
import { assertSignIn } from './assert-sign-in'
import { createEarlySignOut } from './early-sign-out'
import { leftOut } from './left-out'
import { createLook, type Look } from './look'
import { createMemory } from './memory'
import { createPartings, type Ended } from './partings'
import type { Authenticated, LogoutReason, Phase } from './phase'
import { createSaves } from './saves'
import type { SessionEvent } from './session-event'
import { sharedId } from './shared-id'
import type { StoreAccess } from './store-access'
import { createSuperseded } from './superseded'
import { createTake, type Ending } from './take'

/** The one owner of the token set, its generation and its session: in memory, and in the store by compare-and-swap. */
export interface Session {
  readonly phase: Phase
  /** Counts what this client has done: signed in as another session, signed out, ended one. What it has found in the store doesn't count. */
  readonly turns: number
  /** Reads the store and returns what is true now; without a promise where the store answers without one. */
  readonly look: Look
  /** The id by which all who share the store know this session: of what it shows, since it may have dropped the id we minted. */
  sharedId(): Promise<string>
  /**
   * A sign-in: a new session, unless the set carries the current one's id.
   * @param keepsSession a set without an id belongs to the current session, too, unless a `sid` or `sub` says otherwise (step-up).
   * @param yields where it belongs to the current session, and others have ended or replaced that in the store, theirs is kept.
   * @throws {TypeError} as `assertSignIn` does.
   * @throws {StorageError} it is held, and not saved yet.
   */
  signIn(tokens: StoredSession, keepsSession?: boolean, yields?: boolean): Promise<void>
  /** Holds what a refresh gave at once (rule 5); resolves when it is saved, and rejects where it could not be. */
  rotate(from: Phase, next: StoredSession): Promise<void>
  /** `next` came too late for the session of `from`. If it consumed the refresh token of that, the token is never adopted again. */
  supersede(from: Phase, next: StoredSession): void
  /** Whether that phase began with a sign-in that is being saved, or a step-up. */
  isSaving(phase: Phase): boolean
  /** Resolves when every write that is under way has settled. */
  landed(): Promise<void>
  /** Tries again to save what could not be saved. */
  resume(): void
  /** Signs out, also of a session that is not restored yet. */
  logout(): Promise<void>
  /** Ends the session of `from`, if it is still held, and clears the store; then the app hears of it. */
  end(from: Phase, reason: LogoutReason, error?: AuthError): Promise<void>
  /** Ends the session of `from` because the server refused its refresh token, unless the store shows something newer. */
  reject(from: Authenticated, error: AuthError): Promise<void>
}

/**
 * @param sessionless the grant starts from nothing: whatever the store holds is the service's own, never another user's session.
 * @param onEnd hears that a session ended, once the store is cleared or could not be.
 * @param discard gets tokens that were cleared from the store and that `onEnd` does not hear of.
 * @param moved of a client for one resource: what its store holds now, if that has changed since this was asked last.
 * @param root of such a client: the session of the client that made it.
 */
export function createSession(
  store: StoreAccess,
  clock: Clock,
  sessionless: boolean,
  emit: (event: SessionEvent) => void,
  onEnd: Ended,
  discard: (tokens: TokenSet | null) => void,
  moved?: () => StoredSession | null | undefined,
  root?: Session,
): Session {
  const superseded = createSuperseded()
  const memory = createMemory(clock, superseded, emit)
  const partings = createPartings(onEnd)
  const earlySignOut = createEarlySignOut(store, memory, superseded, partings, () => saves)
  let turns = 0
  /** Those of them that were sign-ins. */
  let signIns = 0
  /** The refusal that is being acted on: if the store is found cleared meanwhile, this is why. */
  let rejecting: (Ending & { readonly epoch: number }) | undefined
  const endingOf = ({ epoch }: Phase): Ending | undefined => {
    // A service has no session that could end: its next call gets a token.
    if (sessionless && !root) return undefined
    if (rejecting?.epoch === epoch) return rejecting
    const { state } = root?.phase ?? {}
    return { reason: state?.status === 'ended' ? state.reason : 'ended_elsewhere' }
  }

  const take = createTake(memory, superseded, earlySignOut, () => saves, sessionless, emit, onEnd, endingOf)
  const look = createLook(store, memory, take)
  const saves = createSaves(store, memory, superseded, earlySignOut.found, look, take, discard)

  const end = async (from: Phase, reason: LogoutReason, error?: AuthError): Promise<void> => {
    const { held } = from
    if (memory.phase !== from || !held) return
    turns++
    const behind = saves.owed ? saves.owed.behind : held
    const signsOut = reason === 'signed_out'
    superseded.retire(held, signsOut)
    memory.vacate(held, reason)
    // Only a sign-out goes over what others have made of the session meanwhile.
    saves.owed = signsOut ? { force: true, behind } : { behind }
    await saves.save().finally(partings.of(reason, held, error))
  }

  return {
    get phase() {
      const read = moved?.()
      return read === undefined ? memory.phase : take(read)
    },
    get turns() {
      return turns
    },
    look,
    end,
    resume: saves.resume,
    landed: saves.landed,
    isSaving: ({ generation }) => saves.isWriting && saves.owed?.force === true && generation === memory.phase.generation,

    sharedId: () => sharedId(look, memory, take.shown),
    supersede(from, next) {
      const { refreshToken } = tokenSetOf(from.held) ?? {}
      if (refreshToken && refreshToken !== tokenSetOf(next)?.refreshToken) superseded.retire({ accessToken: '', refreshToken })
    },
    async logout() {
      // Counts also where nobody is signed in: calls that began before are not sent for whoever signs in afterwards.
      if (!memory.phase.held) {
        turns++
        // A store that was not cleared the last time is tried again.
        if (saves.owed) return saves.save()
        // A grant that starts from nothing may have got tokens for single resources without this session having any: they end as well.
        const { phase } = memory
        const { status } = phase.state
        if (status !== 'restoring' && sessionless) memory.become({ ...phase, epoch: phase.epoch + 1 }, phase.state)
        const before = signIns
        // The store may show a sign-in that nobody has seen here yet. After a session has ended, that is another one.
        if (status === 'anonymous') await look()
        // Whoever has signed in here meanwhile came after this.
        if (signIns !== before) return
        // Another sign-out may have ended what that look has found: this one, too, is done when the store is cleared.
        if (!memory.phase.held && saves.owed) return saves.save()
      }
      if (memory.phase.state.status !== 'restoring') return end(memory.phase, 'signed_out')
      await earlySignOut.signOut()
    },

    async signIn(tokens, keepsSession, yields) {
      assertSignIn(tokens, clock.now())
      partings.tell()
      const { held } = memory.phase
      const isSame = held && (tokens.sessionId ? tokens.sessionId === held.sessionId : keepsSession && isSameSignIn(held, tokens) !== false)
      const sessionId = tokens.sessionId || (isSame && held.sessionId) || [clock.now(), turns, clock.random(), clock.random()].join('-')
      const next = { ...plain(tokens), ...(keepsSession && isSame && leftOut(tokens, held)), sessionId }
      // A pair that we could not save may turn up in the store after all: it is ours, not somebody else's sign-in.
      if (held && (isSame || saves.owed)) superseded.replace(held, next)
      if (!isSame) {
        turns++
        signIns++
        // Until the new session is saved, the store still shows the old one: that is no sign-in by somebody else.
        if (held) saves.replace(held)
      }
      const behind = memory.phase.state.status === 'restoring' ? undefined : (held ?? null)
      memory.hold(next, 'received', isSame ? 0 : 1)
      const { owed } = saves
      // To add to a sign-in that is not saved yet is to sign in; once that has landed, it is to rotate it.
      const adds = yields && isSame
      saves.owed = {
        force: true,
        since: (adds && owed?.since) || memory.phase.generation,
        yields: adds && (!owed?.force || owed.yields),
        behind: owed ? owed.behind : behind,
      }
      await saves.save()
    },

    rotate(from, next) {
      if (memory.phase.held) superseded.replace(memory.phase.held, next)
      memory.hold(next, 'received', 0)
      // Where an earlier save is still owed, the store holds what that one expected.
      saves.owed ??= { behind: from.held ?? null }
      return saves.save()
    },

    async reject(from, error) {
      const refusal = { epoch: from.epoch, reason: 'refresh_rejected', error } as const
      rejecting = refusal
      await saves
        .inTurn(async () => {
          // Where a save is owed the store is behind us, and has nothing newer to show.
          if (memory.phase === from && !saves.owed && (await saves.clear(from.held)) === false) await look()
        })
        .catch(() => {})
      // Those who wait for the outcome get it even where the store hangs.
      await inTime(end(from, 'refresh_rejected', error), clock)
      if (rejecting === refusal) rejecting = undefined
    },
  }
}
