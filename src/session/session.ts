import type { AuthError } from '../errors/auth-error'
import { inTime } from '../platform/bounded'
import type { Clock } from '../platform/clock'
import { isSameSignIn } from '../tokens/session-identity'
import { plain, type StoredSession, sameTokens, type TokenSet, tokenSetOf } from '../tokens/token-set'
import { assertSignIn } from './assert-sign-in'
import { createEarlySignOut } from './early-sign-out'
import { createLook, type Look } from './look'
import { createMemory } from './memory'
import { createPartings, type Ended } from './partings'
import type { Authenticated, LogoutReason, Phase } from './phase'
import { reconcile } from './reconcile'
import { createSaves } from './saves'
import type { SessionEvent } from './session-event'
import { sharedId } from './shared-id'
import type { StoreAccess } from './store-access'
import { createSuperseded } from './superseded'

/** The one owner of the token set, its generation and its session: in memory, and in the store by compare-and-swap. */
export interface Session {
  readonly phase: Phase
  /** Counts sign-ins and endings made here, as opposed to those found in the store. */
  readonly turns: number
  /** Reads the store and returns what is true now; without a promise where the store answers without one. */
  readonly look: Look
  /** The id by which all who share the store know this session: of what it shows, since it may have dropped the id we minted. */
  sharedId(): Promise<string>
  /**
   * A sign-in: a new session, unless the set carries the current one's id (or `keepsSession`, and nothing says otherwise).
   * @param yields to whatever others have made of that session meanwhile, should they have ended or replaced it.
   */
  signIn(tokens: StoredSession, keepsSession?: boolean, yields?: boolean): Promise<void>
  /** Rule 5: what a refresh gave lives in memory at once; the promise tells of the store. */
  rotate(from: Phase, next: StoredSession): Promise<void>
  /** `next` came too late for the session of `from`: a refresh token that it has consumed is never adopted again; all else may be. */
  supersede(from: Phase, next: StoredSession): void
  /** Resolves when every write that is under way has come to its end. */
  saved(): Promise<void>
  /** Saves once more what could not be saved. */
  resume(): void
  /** Signs out, also of what is not restored yet. */
  logout(): Promise<void>
  /** Ends it at once and clears the store; then the app hears of it. */
  end(from: Phase, reason: LogoutReason, error?: AuthError): Promise<void>
  /** Ends it because the server refused the refresh token, unless a swap with the store shows something newer. */
  reject(from: Authenticated, error: AuthError): Promise<void>
}

/**
 * @param sessionless the grant starts from nothing, so that whatever is stored is the service's own session.
 * @param onEnd hears that a session ended, once the store is cleared or has failed to be.
 * @param discard for tokens that are cleared from the store and that `onEnd` does not hear of.
 * @param moved what the store holds, where that is known at once and was not told before.
 */
export function createSession(
  store: StoreAccess,
  clock: Clock,
  sessionless: boolean,
  emit: (event: SessionEvent) => void,
  onEnd: Ended,
  discard: (tokens: TokenSet | null) => void,
  moved?: () => StoredSession | null | undefined,
): Session {
  const superseded = createSuperseded()
  const memory = createMemory(clock, superseded, emit)
  const partings = createPartings(onEnd)
  const earlySignOut = createEarlySignOut(store, memory, superseded, partings, () => saves)
  let turns = 0
  let shown: StoredSession | null = null
  let rejecting: { readonly epoch: number; readonly error: AuthError } | undefined

  const take = (read: StoredSession | null): Phase => {
    shown = read
    const { held, state, epoch, doubt } = memory.phase
    const { owed } = saves
    if (held && !owed && sameTokens(read, held)) return memory.phase
    const known = reconcile(memory.phase, read, owed, superseded)
    const verdict = known === 'doubt' && sessionless ? 'adopt' : known
    if (verdict === 'keep') {
      if (state.status === 'restoring') memory.become(memory.phase, { status: 'anonymous' })
      // A sign-in is saved all the same: who shows its tokens already need not have kept them, and does not know its id.
      if (!held || !owed?.force) saves.owed = owed && read && !held ? { behind: read } : undefined
    } else if (verdict === 'stale') {
      // A forced write that has not read the store yet sees here what it is over; once it was tried, another sign-in counts again.
      const insists = owed?.force && saves.isWriting
      // First: what was signed out of stays so, also once a later sign-in is saved over it.
      if (read || !insists) earlySignOut.found(read)
      if (owed?.force && owed.behind === undefined && (insists || !held)) saves.writeOver(read)
      saves.owed = insists ? { ...owed, ...saves.owed, overlooked: read } : { behind: read }
    } else {
      saves.owed = undefined
      if (read) {
        if (verdict === 'adopt' && held) superseded.replace(held, read)
        if (verdict === 'doubt' && !doubt) emit({ type: 'session-id-missing' })
        // A store that drops the id it was given must not make the next comparison impossible.
        const sessionId = read.sessionId ?? (verdict === 'adopt' ? held?.sessionId : undefined)
        const next = sessionId ? { ...read, sessionId } : read
        const staysSame = verdict === 'adopt' || verdict === 'doubt' || sessionless
        memory.hold(next, state.status === 'restoring' ? 'restored' : 'seen', staysSame ? 0 : 1, verdict === 'doubt' ? 1 : 0)
      } else if (held) {
        const refusal = rejecting?.epoch === epoch ? rejecting.error : undefined
        const reason = refusal ? 'refresh_rejected' : 'ended_elsewhere'
        memory.vacate(held, reason)
        onEnd(reason, held, refusal)
      }
    }
    // Owed: what we hold, or that the store forgets what we hold no longer.
    if (memory.phase.held || read) saves.resume()
    return memory.phase
  }

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
    // Only a sign-out may take with it what others have made of the session.
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
    saved: saves.landed,

    sharedId: () => sharedId(look, memory, () => shown),
    supersede(from, next) {
      const { refreshToken } = tokenSetOf(from.held) ?? {}
      if (refreshToken && refreshToken !== tokenSetOf(next)?.refreshToken) superseded.retire({ accessToken: '', refreshToken })
    },
    async logout() {
      // Whoever signs out, if only of nobody, ends what was begun before.
      if (!memory.phase.held) turns++
      // A store that was not cleared the last time is tried again.
      if (!memory.phase.held && saves.owed) return saves.save()
      if (memory.phase.state.status !== 'restoring') return end(memory.phase, 'signed_out')
      await earlySignOut.signOut()
    },

    async signIn(tokens, keepsSession, yields) {
      assertSignIn(tokens, clock.now())
      partings.tell()
      const { held } = memory.phase
      const isSame = held && (tokens.sessionId ? tokens.sessionId === held.sessionId : keepsSession && isSameSignIn(held, tokens) !== false)
      const sessionId = tokens.sessionId || (isSame && held.sessionId) || [clock.now(), turns, clock.random(), clock.random()].join('-')
      const next = { ...plain(tokens), sessionId }
      // A pair of ours that never reached the store is nobody else's sign-in when it turns up there.
      if (held && (isSame || saves.owed)) superseded.replace(held, next)
      if (!isSame) {
        turns++
        // Until the new one is saved, the store still shows the old one: it is not somebody else's.
        if (held) saves.replace(held)
      }
      const behind = memory.phase.state.status === 'restoring' ? undefined : (held ?? null)
      memory.hold(next, 'received', isSame ? 0 : 1)
      const { owed } = saves
      // To add to a sign-in that is not saved yet is to sign in.
      saves.owed = { force: true, yields: yields && isSame && (!owed?.force || owed.yields), behind: owed ? owed.behind : behind }
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
      rejecting = { epoch: from.epoch, error }
      await saves
        .inTurn(async () => {
          // Where a save is owed the store is behind us, and has nothing newer to show.
          if (memory.phase === from && !saves.owed && (await store.write(null, from.held)) === false) await look()
        })
        .catch(() => {})
      // Whoever waits for the outcome has it, also where the store hangs.
      await inTime(end(from, 'refresh_rejected', error), clock)
      rejecting = undefined
    },
  }
}
