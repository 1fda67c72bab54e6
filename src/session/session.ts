import type { AuthError } from '../errors/auth-error'
import { StorageError } from '../errors/storage-error'
import { isPromise, type MaybePromise } from '../platform/maybe-promise'
import { expiryOf, type Origin } from '../tokens/expiry'
import { compareSessions } from '../tokens/session-identity'
import { isTokenSet, type StoredSession, sameTokens, type TokenSet } from '../tokens/token-set'
import { type Authenticated, type LogoutReason, type Phase, type SessionState, stateOf } from './phase'
import { reconcile, supersededBy } from './reconcile'
import { StoreAccess, type StoreAccessOptions } from './store-access'

export interface SessionOptions extends StoreAccessOptions {
  /** Whether the grant starts from nothing, so that whatever is stored is the service's own session. */
  readonly sessionless: boolean
  /** Hears that a session ended, once the store is cleared or has failed to be. */
  readonly onEnd: (reason: LogoutReason, dead: StoredSession, error: AuthError | undefined) => void
}

/** What memory holds and the store does not: `force`, whatever it holds; else only while it holds `expected`. */
type Unsaved = { readonly force: true } | { readonly force: false; readonly expected: StoredSession | null }

const remembered = 64
const swaps = 16

/** The one owner of the token set, its generation and its session: in memory, and in the store by compare-and-swap. */
export class Session {
  readonly #options: SessionOptions
  readonly #store: StoreAccess
  /** Counts sign-ins and endings made here, as opposed to those found in the store. */
  turns = 0
  #phase: Phase = { status: 'restoring', epoch: 0, generation: 0, doubt: 0 }
  #state: SessionState = stateOf(this.#phase)
  #version = 0
  #unsaved: Unsaved | undefined
  #rejecting: AuthError | undefined
  #look: Promise<Phase> | undefined
  #nextLook: Promise<Phase> | undefined
  #writes: Promise<void> = Promise.resolve()
  #writing = 0
  readonly #superseded = new Set<string>()

  constructor(options: SessionOptions) {
    this.#options = options
    this.#store = new StoreAccess(options)
  }

  get phase(): Phase {
    return this.#phase
  }

  get state(): SessionState {
    return this.#state
  }

  /** Reads the store and returns what is true now; without a promise where the store answers without one. */
  look(): MaybePromise<Phase> {
    if (this.#look) {
      // A read already under way may be older than its caller: the next one serves all who came meanwhile.
      this.#nextLook ??= this.#look.then(noop, noop).then(() => {
        this.#nextLook = undefined
        return this.look()
      })
      return this.#nextLook
    }
    const answer = this.#store.read()
    if (!isPromise(answer)) return this.#take(answer)
    this.#look = this.#takeLater(answer).finally(() => {
      this.#look = undefined
    })
    return this.#look
  }

  /** A sign-in: a new session, unless the set carries the current one's id (or `keepsSession` says that it is the same). */
  async signIn(tokens: TokenSet, keepsSession = false): Promise<void> {
    const before = this.#phase
    const current = before.status === 'authenticated' ? before.tokens : undefined
    const same =
      current !== undefined &&
      (tokens.sessionId !== undefined
        ? tokens.sessionId === current.sessionId
        : keepsSession && compareSessions(current, tokens) !== 'other')
    const sessionId = tokens.sessionId ?? (same ? current?.sessionId : undefined) ?? this.#mint()
    if (!same) this.turns++
    if (current && (same || this.#unsaved)) this.#supersede({ ...tokens, sessionId }, current)
    this.#hold({ ...tokens, sessionId }, 'received', same ? 0 : 1)
    this.#unsaved = { force: true }
    await this.#save()
  }

  /** Rule 5: what a refresh gave lives in memory at once; the promise tells of the store. */
  rotate(from: Authenticated, next: StoredSession): Promise<void> {
    this.#supersede(next, from.tokens)
    this.#hold(next, 'received', 0)
    // Where an earlier save is still owed, the store holds what that one expected.
    this.#unsaved ??= { force: false, expected: from.tokens }
    return this.#save()
  }

  /** What a grant that needs nothing gave, where there was nothing. */
  start(from: Phase, next: TokenSet): Promise<void> {
    if (from.status === 'authenticated') return this.rotate(from, next)
    this.#hold(next, 'received', 0)
    this.#unsaved ??= { force: false, expected: null }
    return this.#save()
  }

  /** Ends it at once and clears the store; then the app hears of it. */
  async end(from: Authenticated, reason: LogoutReason, error?: AuthError): Promise<void> {
    if (this.#phase !== from) return
    this.turns++
    this.#become({ status: 'ended', reason, dead: from.tokens, ...this.#counts(1) })
    this.#unsaved = { force: true }
    try {
      await this.#save()
    } finally {
      this.#options.onEnd(reason, from.tokens, error)
    }
  }

  /** Ends it because the server refused the refresh token, unless a swap with the store shows something newer. */
  async reject(from: Authenticated, error: AuthError): Promise<void> {
    this.#rejecting = error
    try {
      await this.#inTurn(async () => {
        // Where a save is owed the store is behind us, and has nothing newer to show.
        if (this.#phase === from && !this.#unsaved && !(await this.#store.write(null, from.tokens))) await this.look()
      })
    } catch {
      // Reported already; the server's word stands.
    } finally {
      if (this.#phase === from) await this.end(from, 'refresh_rejected', error).catch(noop)
      this.#rejecting = undefined
    }
  }

  #mint(): string {
    const { now, random } = this.#options.clock
    return [now(), random() * 2 ** 52, random() * 2 ** 52].map((part) => Math.floor(part).toString(36)).join('-')
  }

  async #takeLater(first: PromiseLike<StoredSession | null>): Promise<Phase> {
    for (let answer: MaybePromise<StoredSession | null> = first; ; answer = this.#store.read()) {
      const version = this.#version
      const read = await answer
      // A read that began before our own change says what was, not what is.
      if (version === this.#version) return this.#take(read)
    }
  }

  #take(read: StoredSession | null): Phase {
    const phase = this.#phase
    const unsaved = this.#unsaved
    // What we are about to write over, whatever it is, has nothing to tell.
    if (unsaved?.force) {
      this.#saveAgain()
      return phase
    }
    const known = { unsaved, superseded: this.#superseded, sessionless: this.#options.sessionless }
    const verdict = reconcile(phase, read, known)
    if (verdict === 'anonymous') this.#become({ status: 'anonymous', ...this.#counts(0) })
    else if (verdict === 'stale') {
      this.#unsaved = { force: false, expected: read }
      this.#saveAgain()
    } else if (verdict === 'keep') {
      if (phase.status === 'authenticated') this.#unsaved = undefined
      else if (read && unsaved) this.#saveAgain()
    } else {
      this.#unsaved = undefined
      if (phase.status === 'authenticated' && verdict === 'end') this.#endElsewhere(phase)
      else if (read) this.#moved(phase, read, verdict)
    }
    return this.#phase
  }

  #moved(phase: Phase, read: StoredSession, verdict: 'begin' | 'adopt' | 'doubt' | 'replace' | 'end'): void {
    const held = phase.status === 'authenticated' ? phase.tokens : undefined
    if (held && verdict === 'adopt') this.#supersede(read, held)
    if (verdict === 'doubt' && phase.doubt === 0) this.#options.emit({ type: 'session-id-missing' })
    const origin = phase.status === 'restoring' ? 'restored' : 'seen'
    // A store that drops the id it was given must not make the next comparison impossible.
    const known = held?.sessionId !== undefined && verdict === 'adopt' ? { ...read, sessionId: read.sessionId ?? held.sessionId } : read
    const sameEpoch = verdict === 'adopt' || verdict === 'doubt' || this.#options.sessionless
    this.#hold(known, origin, sameEpoch ? 0 : 1, verdict === 'doubt' ? 1 : 0)
  }

  #endElsewhere(from: Authenticated): void {
    const error = this.#rejecting
    const reason = error ? 'refresh_rejected' : 'ended_elsewhere'
    this.#become({ status: 'ended', reason, dead: from.tokens, ...this.#counts(1) })
    this.#options.onEnd(reason, from.tokens, error)
  }

  #hold(tokens: StoredSession, origin: Origin, epoch: 0 | 1, doubt: 0 | 1 = 0): void {
    const expiry = expiryOf(tokens, origin, this.#options.clock)
    const timed = isTokenSet(tokens) && expiry.expiresAt && !tokens.expiresAt ? { ...tokens, expiresAt: expiry.expiresAt } : tokens
    this.#become({ status: 'authenticated', tokens: timed, expiry, ...this.#counts(epoch, 1, doubt) })
  }

  #counts(epoch: 0 | 1, generation: 0 | 1 = 0, doubt: 0 | 1 = 0): Pick<Phase, 'epoch' | 'generation' | 'doubt'> {
    const now = this.#phase
    return { epoch: now.epoch + epoch, generation: now.generation + generation, doubt: now.doubt + doubt }
  }

  #become(phase: Phase): void {
    this.#phase = phase
    this.#state = stateOf(phase)
    this.#version++
    this.#options.emit({ type: 'session-changed', state: this.#state })
  }

  #supersede(next: StoredSession, previous: StoredSession): void {
    for (const token of supersededBy(next, previous)) this.#superseded.add(token)
    for (const token of this.#superseded) {
      if (this.#superseded.size <= remembered) break
      this.#superseded.delete(token)
    }
  }

  #save(): Promise<void> {
    return this.#inTurn(() => this.#drive())
  }

  #saveAgain(): void {
    if (this.#writing === 0) this.#save().catch(noop)
  }

  // Writes go one after the other: a slow save of an old pair must not land on top of a newer one's.
  #inTurn(write: () => Promise<void>): Promise<void> {
    this.#writing++
    const written = this.#writes.then(write).finally(() => {
      this.#writing--
    })
    this.#writes = written.catch(noop)
    return written
  }

  // Until the store holds what memory holds, or memory has taken over what the store shows.
  async #drive(): Promise<void> {
    let refused: { readonly phase: Phase; readonly expected: StoredSession | null } | undefined
    try {
      for (let swap = 0; swap < swaps; swap++) {
        const phase = this.#phase
        const unsaved = this.#unsaved
        if (!unsaved) return
        const expected = unsaved.force ? await this.#store.read() : unsaved.expected
        if (this.#phase !== phase) continue
        // It said no, and shows what it showed before: it won't take it now.
        if (refused?.phase === phase && sameTokens(refused.expected, expected)) break
        refused = { phase, expected }
        const taken = await this.#swap(phase, expected)
        if (this.#phase !== phase) continue
        if (taken) {
          this.#unsaved = undefined
          this.#version++
          return
        }
        if (!unsaved.force) await this.look()
      }
      throw this.#store.failed(
        'write',
        new StorageError('The store did not take the session: it stays in memory and is saved on the next call'),
      )
    } catch (error) {
      // From here on a sign-in by somebody else counts again.
      if (refused && this.#unsaved?.force) this.#unsaved = { force: false, expected: refused.expected }
      throw error
    }
  }

  async #swap(phase: Phase, expected: StoredSession | null): Promise<boolean> {
    if (phase.status === 'authenticated') return this.#store.write(phase.tokens, expected)
    // `logout()` ends our session, not the one that somebody else has signed in to meanwhile.
    const theirs = phase.status === 'ended' && expected !== null && compareSessions(phase.dead, expected) === 'other'
    return expected === null || theirs || this.#store.write(null, expected)
  }
}

function noop(): void {}
