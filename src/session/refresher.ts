import type { AuthError } from '../errors/auth-error'
import { RefreshUnavailableError } from '../errors/refresh-unavailable-error'
import type { SessionEndedError } from '../errors/session-ended-error'
import type { TokenEndpointError } from '../errors/token-endpoint-error'
import type { Grant } from '../grants/grant'
import { bounded } from '../platform/bounded'
import type { Clock } from '../platform/clock'
import type { FetchLike } from '../platform/fetch-like'
import type { Lock } from '../stores/lock'
import { isSpent } from '../tokens/expiry'
import { comparableId } from '../tokens/session-identity'
import { isTokenSet, type TokenSet } from '../tokens/token-set'
import { CoolDown } from './cool-down'
import { Deadline } from './deadline'
import { exchange } from './exchange'
import { holdLock } from './hold-lock'
import type { Authenticated, Phase } from './phase'
import type { RefreshBudget } from './refresh-budget'
import { classifyFailure } from './refresh-failure'
import type { Session } from './session'
import type { RefreshCause, SessionEvent } from './session-event'
import { SingleFlight } from './single-flight'

/** How a refresh came out, for every caller that shares it. It never rejects. */
export type RefreshOutcome =
  /** There are newer tokens: ours, or (`adopted`) somebody else's for the same session. */
  | { readonly kind: 'refreshed' | 'adopted' }
  /** Another session took its place, or it was signed out, meanwhile. */
  | { readonly kind: 'session-changed' }
  | { readonly kind: 'rejected'; readonly error: SessionEndedError }
  | { readonly kind: 'failed'; readonly error: RefreshUnavailableError | TokenEndpointError }

export interface RefresherOptions {
  readonly session: Session
  readonly grant: Grant | undefined
  readonly lock: Lock
  /** `authenticated-client:` + JSON of [token endpoint or store name, client id, comparable session id or '']. */
  readonly lockName: (sessionId: string) => string
  /** Whether everyone who can write the store holds the same lock while refreshing. */
  readonly lockIsShared: () => boolean
  readonly clock: Clock
  /** The way to the token endpoint, past every credential of ours. */
  readonly fetch: FetchLike
  /** For a whole exchange, in milliseconds; `false`: the grant waits for a person. */
  readonly refreshTimeout: number | false
  /** For everything else that a flight waits for, in milliseconds. */
  readonly limit: number
  readonly expiryLeeway: number
  readonly budget: RefreshBudget
  /** Whether a token of this type can be attached (RFC 6749 §7.1). */
  readonly acceptsType: (tokenType: string) => boolean
  readonly emit: (event: SessionEvent) => void
  /** For tokens that nobody will use: revoked where that is possible. */
  readonly discard: (tokens: TokenSet) => void
}

const waiting = 1_000
const rounds = 4
// Where no lock is shared, a rotation by somebody else may be on its way into the store.
const looksAgainAfter = [50, 200]

/** Shares one refresh among all who need it; the refresh belongs to the client and goes on when its callers leave. */
export class Refresher {
  readonly #options: RefresherOptions
  readonly #flights = new SingleFlight<number, RefreshOutcome>()
  readonly #coolDown: CoolDown<RefreshUnavailableError | TokenEndpointError>
  #coolDownOf = 0
  /** The phase that is being saved: a call for it must not wait for the flight that saves it (rule 7). */
  saving: Phase | undefined

  constructor(options: RefresherOptions) {
    this.#options = options
    this.#coolDown = new CoolDown(options.clock)
  }

  get hasGrant(): boolean {
    return this.#options.grant !== undefined
  }

  /** Whether the grant gives tokens where there are none (client credentials). */
  get startsFromNothing(): boolean {
    return this.#options.grant?.needs === 'nothing'
  }

  /** Whether what the grant starts from is there. */
  canRefresh(phase: Phase): boolean {
    const { grant } = this.#options
    if (!grant || grant.needs === 'nothing') return grant !== undefined
    return phase.status === 'authenticated' && (grant.needs !== 'refresh-token' || Boolean(tokensOf(phase)?.refreshToken))
  }

  /** The failure that calls are answered with while the cool-down runs. */
  failureFor(phase: Phase): RefreshUnavailableError | TokenEndpointError | undefined {
    // One session's failure is not the next one's.
    if (phase.epoch !== this.#coolDownOf) this.#coolDown.stop()
    this.#coolDownOf = phase.epoch
    return this.#coolDown.failure
  }

  /** Newer tokens than `from` has, by the flight under way or a new one; at once where they are here already. */
  async refresh(from: Phase, because: RefreshCause): Promise<RefreshOutcome> {
    const { phase } = this.#options.session
    if (phase.epoch !== from.epoch) return { kind: 'session-changed' }
    if (phase.generation > from.generation) return { kind: 'adopted' }
    const error = this.failureFor(phase)
    if (error) return { kind: 'failed', error }
    return this.#flights.run(from.epoch, () => this.#fly(from, because))
  }

  async #fly(from: Phase, because: RefreshCause): Promise<RefreshOutcome> {
    const { session, emit } = this.#options
    emit({ type: 'refresh-started', because, generation: from.generation })
    const outcome = await new Promise<RefreshOutcome>((settle) => void this.#exclusively(from, because, settle))
    const generation = session.phase.generation
    if (outcome.kind === 'failed') {
      const { error } = outcome
      const unavailable = error.code === 'ERR_REFRESH_UNAVAILABLE'
      emit({
        type: 'refresh-ended',
        outcome: unavailable ? 'unavailable' : 'misconfigured',
        generation,
        error,
        retryAt: unavailable ? error.retryAt : undefined,
      })
    } else emit({ type: 'refresh-ended', outcome: outcome.kind, generation, ...(outcome.kind === 'rejected' && { error: outcome.error }) })
    return outcome
  }

  async #exclusively(from: Phase, because: RefreshCause, settle: (outcome: RefreshOutcome) => void): Promise<void> {
    const { lock, lockName, limit, clock } = this.#options
    const name = lockName(from.status === 'authenticated' ? comparableId(from.tokens) : '')
    try {
      await holdLock(lock, name, (lost) => this.#spend(from, because, lost, settle).catch((cause) => settle(noRefresh(cause))), {
        waitTimeout: 3 * limit,
        clock,
      })
    } catch (cause) {
      settle((await this.#look(from).catch(() => undefined)) ?? noRefresh(cause))
    }
  }

  /** Under the lock: re-read, then spend. Resolves when the lock may go; `settle` may come before. */
  async #spend(from: Phase, because: RefreshCause, lost: AbortSignal, settle: (outcome: RefreshOutcome) => void): Promise<void> {
    const { session, grant, clock, refreshTimeout } = this.#options
    let deadline: Deadline | undefined
    let unanswered: Phase | undefined
    try {
      for (let round = 0; round < rounds; round++) {
        const known = await this.#look(from)
        if (known) return settle(known)
        const { phase } = session
        if (!grant || !this.canRefresh(phase) || lost.aborted) break
        deadline ??= new Deadline(refreshTimeout, clock)
        const result = await exchange(grant, phase, { ...this.#options, signal: deadline.signal })
        if ('tokens' in result) return await this.#keep(from, phase, result.tokens, because, settle)
        await result.rotation
        if (session.phase.epoch !== from.epoch) return settle({ kind: 'session-changed' })
        const failure = classifyFailure(result.error, grant.needs === 'nothing')
        if (failure.kind === 'rejected') {
          if (phase.status !== 'authenticated' || (await this.#hasMoved(phase))) continue
          await session.reject(phase, failure.error)
          if (session.phase.epoch === from.epoch) continue
          return settle(session.phase.status === 'ended' ? failure : { kind: 'session-changed' })
        }
        if (failure.kind === 'misconfigured') {
          return settle({ kind: 'failed', error: this.#coolDown.start(undefined, () => failure.error) })
        }
        // Nobody knows whether the token is consumed: look who rotated it, then present it once more.
        if (failure.ambiguous && unanswered !== phase && !deadline.signal.aborted) {
          unanswered = phase
          continue
        }
        const { message, cause, retryAt, ambiguous } = failure
        const until = (at: number): RefreshUnavailableError =>
          new RefreshUnavailableError(message, { cause, retryAt: at, answered: !ambiguous })
        return settle({ kind: 'failed', error: this.#coolDown.start(retryAt, until) })
      }
      settle(noRefresh(lost.aborted ? lost.reason : undefined))
    } finally {
      deadline?.clear()
    }
  }

  /** What the store says of our need for a refresh; `undefined`: it has nothing newer. */
  async #look(from: Phase): Promise<RefreshOutcome | undefined> {
    const { session, clock, expiryLeeway } = this.#options
    const phase = await session.look()
    if (phase.epoch !== from.epoch) return { kind: 'session-changed' }
    const moved = phase.generation > from.generation && phase.status === 'authenticated'
    return moved && !isSpent(phase.expiry, clock.now(), expiryLeeway) ? { kind: 'adopted' } : undefined
  }

  async #hasMoved(phase: Authenticated): Promise<boolean> {
    const { session, clock, lockIsShared } = this.#options
    for (const delay of lockIsShared() ? [0] : [0, ...looksAgainAfter]) {
      if (delay) await clock.sleep(delay)
      if ((await session.look()) !== phase) return true
    }
    return false
  }

  /** Rule 5: publish, then save, keep. */
  async #keep(
    from: Phase,
    phase: Phase,
    tokens: TokenSet,
    because: RefreshCause,
    settle: (outcome: RefreshOutcome) => void,
  ): Promise<void> {
    const { session, clock, budget, discard } = this.#options
    this.#coolDown.stop()
    // A logout or a sign-in during the refresh wins; so does a pair that somebody else has saved.
    if (session.phase !== phase) {
      if (session.phase.epoch === from.epoch) return settle({ kind: 'adopted' })
      discard(tokens)
      return settle({ kind: 'session-changed' })
    }
    if (because === 'unauthorized') budget.count()
    const saved = session.start(phase, tokens).catch(() => {})
    const published = session.phase
    this.saving = published
    const outcome = (): void => {
      const kept = session.phase.epoch === published.epoch
      if (!kept) discard(tokens)
      settle({ kind: kept ? 'refreshed' : 'session-changed' })
    }
    bounded(saved, waiting, clock, () => undefined).then(outcome, outcome)
    await saved
    if (this.saving === published) this.saving = undefined
  }
}

function tokensOf(phase: Phase): TokenSet | undefined {
  return phase.status === 'authenticated' && isTokenSet(phase.tokens) ? phase.tokens : undefined
}

// No token request was made, or none that failed: there is nothing to cool down from.
function noRefresh(cause: unknown): RefreshOutcome {
  const known = cause as AuthError | undefined
  return { kind: 'failed', error: new RefreshUnavailableError('The access token could not be refreshed', { cause: known }) }
}
