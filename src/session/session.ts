import type { AuthError } from '../errors/auth-error'
import { StorageError } from '../errors/storage-error'
import type { Clock } from '../platform/clock'
import { inTurn } from '../platform/in-turn'
import { isPromise, type MaybePromise } from '../platform/maybe-promise'
import { isB64token } from '../tokens/b64token'
import { expiryOf, type Origin } from '../tokens/expiry'
import { comparableId, isSameSignIn } from '../tokens/session-identity'
import { type StoredSession, sameTokens, spendable, tokenSetOf } from '../tokens/token-set'
import type { Authenticated, LogoutReason, Phase, SessionState } from './phase'
import { reconcile } from './reconcile'
import type { SessionEvent } from './session-event'
import type { StoreAccess } from './store-access'
import { createSuperseded } from './superseded'

/** The one owner of the token set, its generation and its session: in memory, and in the store by compare-and-swap. */
export interface Session {
  readonly phase: Phase
  /** Counts sign-ins and endings made here, as opposed to those found in the store. */
  readonly turns: number
  /** Reads the store and returns what is true now; without a promise where the store answers without one. */
  look(): MaybePromise<Phase>
  /** The id by which all who share the store know this session: of what it shows, since it may have dropped the id we minted. */
  sharedId(): Promise<string>
  /**
   * A sign-in: a new session, unless the set carries the current one's id (or `keepsSession`, and nothing says otherwise).
   * @param yields to whatever others have made of that session meanwhile, should they have ended or replaced it.
   */
  signIn(tokens: StoredSession, keepsSession?: boolean, yields?: boolean): Promise<void>
  /** Rule 5: what a refresh gave lives in memory at once; the promise tells of the store. */
  rotate(from: Phase, next: StoredSession): Promise<void>
  /** Signs out, also of what is not restored yet. */
  logout(): Promise<void>
  /** Ends it at once and clears the store; then the app hears of it. */
  end(from: Phase, reason: LogoutReason, error?: AuthError): Promise<void>
  /** Ends it because the server refused the refresh token, unless a swap with the store shows something newer. */
  reject(from: Authenticated, error: AuthError): Promise<void>
}

/** What the store does not hold yet: to be written over `behind`, or (`force`) over whatever it holds. */
interface Unsaved {
  readonly force?: true
  /** But not over another session, nor where there is none any more. */
  readonly yields?: boolean | undefined
  /** `undefined` where it was never read. */
  readonly behind: StoredSession | null | undefined
  /** A read since then has shown something else: what was before, or what others have made of it since it was written. */
  readonly overlooked?: true
}

const mostSwaps = 16
/** How often one and the same is written again where others put back what it was written over. */
const mostRestored = 8

/**
 * @param sessionless the grant starts from nothing, so that whatever is stored is the service's own session.
 * @param onEnd hears that a session ended, once the store is cleared or has failed to be.
 */
export function createSession(
  store: StoreAccess,
  clock: Clock,
  sessionless: boolean,
  emit: (event: SessionEvent) => void,
  onEnd: (reason: LogoutReason, dead: StoredSession, error: AuthError | undefined) => void,
): Session {
  let phase: Phase = { state: Object.freeze({ status: 'restoring' }), epoch: 0, generation: 0, doubt: 0 }
  let turns = 0
  // Counts what makes a read that is under way a thing of the past.
  let version = 0
  let unsaved: Unsaved | undefined
  let rejecting: { readonly epoch: number; readonly error: AuthError } | undefined
  let looking: Promise<Phase> | undefined
  let nextLook: Promise<Phase> | undefined
  let writing = 0
  // What was written last, and how often: who takes ours for the older one does the same, and hears of it each time.
  let written: { readonly phase: Phase; readonly times: number } | undefined
  let replaced: string[] = []
  // Signed out before the store had answered: whatever it shows first is what was meant.
  let leaving = false
  const superseded = createSuperseded()

  const become = (next: Phase, state: SessionState): void => {
    phase = { ...next, state: Object.freeze(state) }
    version++
    emit({ type: 'session-changed', state })
  }

  const hold = (tokens: StoredSession, origin: Origin, epochs: number, doubts = 0): void => {
    const set = tokenSetOf(tokens)
    const expiry = set ? expiryOf(set, origin, clock.now()) : {}
    const { expiresAt } = expiry
    const held = set && expiresAt ? { ...set, expiresAt } : tokens
    const generation = phase.generation + 1
    // Whoever is here again is no longer signed out.
    superseded.forget([tokens.sessionId ?? ''])
    become(
      { ...phase, held, expiry, epoch: phase.epoch + epochs, generation, doubt: phase.doubt + doubts },
      { status: 'authenticated', sessionId: tokens.sessionId, generation, expiresAt },
    )
  }

  const vacate = (dead: StoredSession, reason: LogoutReason): void =>
    become({ ...phase, held: undefined, dead, epoch: phase.epoch + 1 }, { status: 'ended', reason })

  const leave = (found: StoredSession | null): void => {
    if (leaving && found) superseded.retire(found, true)
    leaving = false
  }

  const take = (read: StoredSession | null): Phase => {
    const { held, state } = phase
    if (held && !unsaved && sameTokens(read, held)) return phase
    // What we are about to write over has nothing to tell, unless it is what we wrote, or what others made of that since.
    const isOurs = (other: StoredSession | null | undefined): boolean => Boolean(held && other && isSameSignIn(held, other))
    const isWritten = isOurs(read) && !isOurs(unsaved?.behind)
    const known = unsaved?.force && !isWritten ? 'stale' : reconcile(phase, read, unsaved?.behind, superseded)
    const verdict = known === 'doubt' && sessionless ? 'adopt' : known
    if (verdict === 'keep') {
      if (state.status === 'restoring') become(phase, { status: 'anonymous' })
      if (held) unsaved = undefined
      else if (unsaved && read) unsaved = { behind: read }
    } else if (verdict === 'stale') unsaved = unsaved?.force ? { ...unsaved, overlooked: true } : { behind: read }
    else {
      unsaved = undefined
      if (read) {
        if (verdict === 'adopt' && held) superseded.replace(held, read)
        if (verdict === 'doubt' && !phase.doubt) emit({ type: 'session-id-missing' })
        // A store that drops the id it was given must not make the next comparison impossible.
        const sessionId = read.sessionId ?? (verdict === 'adopt' ? held?.sessionId : undefined)
        const next = sessionId ? { ...read, sessionId } : read
        const staysSame = verdict === 'adopt' || verdict === 'doubt' || sessionless
        hold(next, state.status === 'restoring' ? 'restored' : 'seen', staysSame ? 0 : 1, verdict === 'doubt' ? 1 : 0)
      } else if (held) {
        const refusal = rejecting?.epoch === phase.epoch ? rejecting.error : undefined
        const reason = refusal ? 'refresh_rejected' : 'ended_elsewhere'
        vacate(held, reason)
        onEnd(reason, held, refusal)
      }
    }
    // Owed: what we hold, or that the store forgets what we hold no longer.
    const isContested = written?.phase === phase && written.times > mostRestored
    if (unsaved && (phase.held || read) && !writing && !isContested) save().catch(noop)
    return phase
  }

  const takeLater = async (first: PromiseLike<StoredSession | null>): Promise<Phase> => {
    for (let answer: MaybePromise<StoredSession | null> = first; ; answer = store.read()) {
      const before = version
      const read = await answer
      // A read that began before our own change says what was, not what is.
      if (version === before) return take(read)
    }
  }

  const look = (): MaybePromise<Phase> => {
    if (looking) {
      if (phase.state.status === 'restoring') return looking
      // A read already under way may be older than its caller: the next one serves all who came meanwhile.
      nextLook ??= looking.catch(noop).then(() => {
        nextLook = undefined
        return look()
      })
      return nextLook
    }
    const answer = store.read()
    if (!isPromise(answer)) return take(answer)
    looking = takeLater(answer).finally(() => {
      looking = undefined
    })
    return looking
  }

  const lookAgain = (): void => void (async () => look())().catch(noop)

  // Writes go one after the other: a slow save of an old pair must not land on top of a newer one's.
  const takeTurn = inTurn()
  const writeInTurn = (write: () => Promise<void>): Promise<void> => {
    writing++
    return takeTurn(write).finally(() => writing--)
  }

  const swap = (expected: StoredSession | null): MaybePromise<boolean> => {
    const { held } = phase
    // What lands after its time may lie on top of what came later: there it is ours to write over.
    const landed = (): void => {
      unsaved ??= { behind: held }
      lookAgain()
    }
    if (held) return store.write(held, expected, landed)
    // `logout()` ends our session, not the one that somebody else has signed in to meanwhile.
    const { dead } = phase
    const isOurs = expected && (superseded.has(spendable(expected)) || superseded.has(expected.sessionId))
    return !expected || (!isOurs && dead && isSameSignIn(dead, expected) === false) || store.write(null, expected)
  }

  // Until the store holds what memory holds, or memory has taken over what the store shows.
  const save = (): Promise<void> =>
    writeInTurn(async () => {
      let tried: Phase | undefined
      let refused: { readonly phase: Phase; readonly behind: StoredSession | null } | undefined
      try {
        for (let swaps = 0; swaps < mostSwaps && unsaved; swaps++) {
          const before = phase
          tried = phase
          const expected = unsaved.behind === undefined || unsaved.force ? await store.read() : unsaved.behind
          leave(expected)
          if (phase !== before) continue
          if (unsaved?.yields && !sameTokens(expected, unsaved.behind) && !(phase.held && expected && isSameSignIn(phase.held, expected))) {
            unsaved = { behind: unsaved.behind }
            take(expected)
            continue
          }
          // It said no, and shows what it showed before: it won't take it now.
          if (refused?.phase === phase && sameTokens(refused.behind, expected)) break
          refused = { phase, behind: expected }
          let isTaken = false
          try {
            isTaken = (await swap(expected)) !== false
          } finally {
            // A read that overlapped says what was, also where the write has landed and says that it failed.
            version++
          }
          if (phase !== before) continue
          if (isTaken) {
            written = { phase, times: written?.phase === phase ? written.times + 1 : 1 }
            const overlooked = unsaved?.overlooked
            unsaved = undefined
            // Once a sign-in is saved, the session before may come back by another tab; after a sign-out it may not.
            if (before.held) superseded.forget(replaced)
            replaced = []
            if (overlooked) lookAgain()
          } else if (!unsaved?.force) await look()
        }
        if (unsaved)
          store.failed('write', new StorageError('The store did not take the tokens: they stay in memory until the next call saves them'))
      } finally {
        // From here on a sign-in by somebody else counts again.
        const { behind } = (refused?.phase === phase ? refused : unsaved) ?? {}
        if (unsaved?.force && tried === phase && behind !== undefined) unsaved = { behind }
      }
    })

  const end = async (from: Phase, reason: LogoutReason, error?: AuthError): Promise<void> => {
    const { held } = from
    if (phase !== from || !held) return
    turns++
    const behind = unsaved ? unsaved.behind : held
    const signsOut = reason === 'signed_out'
    superseded.retire(held, signsOut)
    vacate(held, reason)
    // Only a sign-out may take with it what others have made of the session.
    unsaved = signsOut ? { force: true, behind } : { behind }
    await save().finally(() => onEnd(reason, held, error))
  }

  return {
    get phase() {
      return phase
    },
    get turns() {
      return turns
    },
    look,
    end,

    async sharedId() {
      const { held } = phase
      if (!held) return ''
      const shown = await (async () => store.read())().catch(noop)
      return comparableId(shown && isSameSignIn(held, shown) !== false ? shown : held)
    },

    async logout() {
      if (phase.state.status !== 'restoring') return end(phase, 'signed_out')
      turns++
      become({ ...phase, epoch: phase.epoch + 1 }, { status: 'ended', reason: 'signed_out' })
      unsaved = { force: true, behind: undefined }
      leaving = true
      const before = phase
      const found = await store.read()
      leave(found)
      if (phase !== before) return
      if (found) {
        unsaved = { force: true, behind: found }
        phase = { ...phase, held: undefined, dead: found }
        await save().finally(() => onEnd('signed_out', found, undefined))
      } else {
        unsaved = undefined
        become(phase, { status: 'anonymous' })
      }
    },

    async signIn(tokens, keepsSession, yields) {
      const { accessToken, refreshToken, expiresAt, counter } = Object(tokens)
      const isMarker = accessToken === undefined && Number.isFinite(counter) && tokens.sessionId
      if ((!isMarker && !isB64token(accessToken)) || typeof (refreshToken ?? '') !== 'string' || !Number.isFinite(expiresAt ?? 0)) {
        throw new TypeError('A sign-in needs { accessToken, refreshToken } as the server sent them; to sign out, call logout()')
      }
      const { held } = phase
      const isSame = held && (tokens.sessionId ? tokens.sessionId === held.sessionId : keepsSession && isSameSignIn(held, tokens) !== false)
      const sessionId =
        tokens.sessionId ?? (isSame ? held.sessionId : undefined) ?? [clock.now(), turns, clock.random(), clock.random()].join('-')
      const next = { ...tokens, sessionId }
      // A pair of ours that never reached the store is nobody else's sign-in when it turns up there.
      if (held && (isSame || unsaved)) superseded.replace(held, next)
      if (!isSame) {
        turns++
        // Until the new one is saved, the store still shows the old one: it is not somebody else's.
        if (held) replaced.push(...superseded.retire(held))
      }
      hold(next, 'received', isSame ? 0 : 1)
      unsaved = { force: true, yields: yields && isSame, behind: unsaved ? unsaved.behind : (held ?? null) }
      await save()
    },

    rotate(from, next) {
      if (phase.held) superseded.replace(phase.held, next)
      hold(next, 'received', 0)
      // Where an earlier save is still owed, the store holds what that one expected.
      unsaved ??= { behind: from.held ?? null }
      return save()
    },

    async reject(from, error) {
      rejecting = { epoch: from.epoch, error }
      await writeInTurn(async () => {
        // Where a save is owed the store is behind us, and has nothing newer to show.
        if (phase === from && !unsaved && (await store.write(null, from.held)) === false) await look()
      }).catch(noop)
      await end(from, 'refresh_rejected', error).catch(noop)
      rejecting = undefined
    },
  }
}

function noop(): void {}
