import { isAuthError } from '../errors/auth-error'
import { RefreshUnavailableError } from '../errors/refresh-unavailable-error'
import type { SessionEndedError } from '../errors/session-ended-error'
import { TokenEndpointError } from '../errors/token-endpoint-error'
import type { Grant } from '../grants/grant'
import { boundedIfLong } from '../platform/bounded'
import type { Clock } from '../platform/clock'
import type { FetchLike } from '../platform/fetch-like'
import { inTurn } from '../platform/in-turn'
import type { Lock } from '../stores/lock'
import { isSpent } from '../tokens/expiry'
import { type StoredSession, type TokenSet, tokenSetOf } from '../tokens/token-set'
import { createCoolDown } from './cool-down'
import { startDeadline } from './deadline'
import { exchange } from './exchange'
import { holdLock } from './hold-lock'
import type { Phase } from './phase'
import type { RefreshBudget } from './refresh-budget'
import type { Session } from './session'
import type { RefreshCause, RefreshKind, SessionEvent } from './session-event'
import { singleFlight } from './single-flight'

export type RefreshFailure = RefreshUnavailableError | TokenEndpointError

/** How a refresh came out, for every caller that shares it. It never rejects. */
export interface RefreshOutcome {
  readonly kind: RefreshKind
  /** Of a refresh that failed. */
  readonly error?: RefreshFailure | SessionEndedError
  /** What was got for a target; the session keeps its own access token. */
  readonly tokens?: TokenSet | null
}

/** What an access token is for, where it is not for all that the session's own is (RFC 8707). */
export interface Target {
  readonly resource: string
  readonly scope?: string | undefined
}

/** Shares one refresh among all who need it; the refresh belongs to the client and goes on when its callers leave. */
export interface Refresher {
  /** Whether the grant gives tokens where there are none (client credentials). */
  readonly startsFromNothing: boolean
  readonly hasGrant: boolean
  /** The phase that is being saved: a call for it must not wait for the flight that saves it (rule 7). */
  readonly saving: Phase | undefined
  /** Whether there is a grant, and what it starts from. */
  canRefresh(phase: Phase): boolean
  /** The failure that calls are answered with while the cool-down runs. */
  failure(phase: Phase): RefreshFailure | undefined
  /** Newer tokens than `from` has, by the flight under way or a new one; at once where they are here already. */
  refresh(from: Phase, because: RefreshCause): Promise<RefreshOutcome>
  /** Another access token of the session, for the target; a rotation that comes with it is the session's, under the same lock. */
  exchangeFor(target: Target, from: Phase): Promise<RefreshOutcome>
}

export interface RefresherOptions {
  readonly session: Session
  readonly grant: Grant | undefined
  readonly lock: Lock
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
  readonly discard: (tokens: TokenSet | null) => void
}

const patience = 1_000
const mostRounds = 4
// Where no lock is shared, a rotation by somebody else may be on its way into the store.
const looksAgainAfter = [50, 200]

export function createRefresher(options: RefresherOptions): Refresher {
  const {
    session,
    grant,
    lock,
    lockName,
    lockIsShared,
    clock,
    fetch,
    refreshTimeout,
    limit,
    expiryLeeway,
    budget,
    acceptsType,
    emit,
    discard,
  } = options
  const flights = singleFlight<number, RefreshOutcome>()
  const coolDown = createCoolDown<RefreshFailure>(clock)
  const startsFromNothing = grant?.needs === 'nothing'
  let coolDownOf = 0
  let saving: Phase | undefined
  let turns = { epoch: 0, take: inTurn() }

  const canRefresh = (phase: Phase): boolean =>
    startsFromNothing || Boolean(grant && phase.held && (grant.needs !== 'refresh-token' || tokenSetOf(phase.held)?.refreshToken))

  const failure = (phase: Phase): RefreshFailure | undefined => {
    // One session's failure is not the next one's.
    if (phase.epoch !== coolDownOf) coolDown.stop()
    coolDownOf = phase.epoch
    return coolDown.running()
  }

  /** What the store says of our need for a refresh; `undefined`: it has nothing newer. */
  const lookBeyond = async (from: Phase): Promise<RefreshOutcome | undefined> => {
    const phase = await session.look()
    if (phase.epoch !== from.epoch) return { kind: 'session-changed' }
    return phase.held && phase.generation > from.generation && !isSpent(phase.expiry, clock.now(), expiryLeeway)
      ? { kind: 'adopted' }
      : undefined
  }

  const hasMoved = async (phase: Phase): Promise<boolean> => {
    for (const delay of lockIsShared() ? [0] : [0, ...looksAgainAfter]) {
      if (delay) await clock.sleep(delay)
      if ((await session.look()) !== phase) return true
    }
    return false
  }

  /** Rule 5: publish, then save, keep. Tokens for a target go to who asked, and the session keeps what rotated. */
  const keep = async (
    phase: Phase,
    got: StoredSession,
    target: Target | undefined,
    settle: (outcome: RefreshOutcome) => void,
  ): Promise<void> => {
    const own = tokenSetOf(phase.held)
    const tokens = tokenSetOf(got)
    const { refreshToken = own?.refreshToken } = tokens ?? {}
    const isRotated = !target || (own && refreshToken !== own.refreshToken)
    const saved = isRotated && session.rotate(phase, target && own ? { ...own, refreshToken } : got).catch(() => {})
    const published = session.phase
    const tell = (): void => {
      const isKept = session.phase.epoch === published.epoch
      if (!isKept) discard(tokens)
      settle({ kind: isKept ? 'refreshed' : 'session-changed', tokens })
    }
    if (!saved) return tell()
    saving = published
    boundedIfLong(saved, patience, clock, () => 0).then(tell, tell)
    await saved
    if (saving === published) saving = undefined
  }

  /** Under the lock: re-read, then spend. Resolves when the lock may go; the outcome may be settled before. */
  const spend = async (
    from: Phase,
    because: RefreshCause,
    target: Target | undefined,
    lost: AbortSignal,
    settle: (outcome: RefreshOutcome) => void,
  ): Promise<void> => {
    let deadline: ReturnType<typeof startDeadline> | undefined
    let rotation: Promise<void> | undefined
    let unanswered: Phase | undefined
    try {
      for (let round = 0; round < mostRounds; round++) {
        const known = await lookBeyond(from)
        if (known && !(target && known.kind === 'adopted')) return settle(known)
        const { phase } = session
        // A sign-in may have come since the look: its token is not this flight's to spend.
        if (phase.epoch !== from.epoch) return settle({ kind: 'session-changed' })
        if (!grant || !canRefresh(phase) || lost.aborted) break
        deadline ??= startDeadline(refreshTimeout, clock)
        const { signal } = deadline
        let mine = phase
        const rotated = (refreshToken: string): void => {
          const old = tokenSetOf(phase.held)
          // Rule 5: received is received, whatever the rest of the answer is worth.
          if (!old || !refreshToken || refreshToken === old.refreshToken || session.phase !== phase) return
          rotation = session.rotate(phase, { ...old, refreshToken }).catch(() => {})
          mine = session.phase
        }
        try {
          const tokens = await exchange(grant, phase, { ...target, fetch, signal, clock, rotated }, acceptsType)
          coolDown.stop()
          // A logout or a sign-in during the refresh wins; so does a pair that somebody else has saved.
          if (session.phase.epoch === from.epoch) {
            if (because === 'unauthorized') budget.count()
            return session.phase === mine
              ? await keep(mine, tokens, target, settle)
              : settle({ kind: 'adopted', tokens: tokenSetOf(tokens) })
          }
          discard(tokenSetOf(tokens))
          return settle({ kind: 'session-changed' })
        } catch (thrown) {
          await rotation
          if (session.phase.epoch !== from.epoch) return settle({ kind: 'session-changed' })
          const isRejected = isAuthError<SessionEndedError>(thrown, 'ERR_SESSION_ENDED')
          if (isRejected && !startsFromNothing) {
            if (!phase.held || (await hasMoved(phase))) continue
            await session.reject(phase, thrown)
            if (session.phase.epoch === from.epoch) continue
            return settle(session.phase.held ? { kind: 'session-changed' } : { kind: 'rejected', error: thrown })
          }
          const mistake = isRejected ? new TokenEndpointError('invalid_grant') : thrown
          if (isAuthError<TokenEndpointError>(mistake, 'ERR_TOKEN_ENDPOINT')) {
            // `invalid_target` is the target's own.
            if (!target) coolDown.start(mistake)
            return settle({ kind: 'misconfigured', error: mistake })
          }
          const error = isAuthError<RefreshUnavailableError>(thrown, 'ERR_REFRESH_UNAVAILABLE')
            ? thrown
            : new RefreshUnavailableError(undefined, { cause: thrown })
          // Nobody knows whether the token is consumed: look who rotated it, then present it once more.
          if (!error.answered && unanswered !== phase && !signal.aborted) unanswered = phase
          else return settle({ kind: 'unavailable', error: Object.assign(error, { retryAt: coolDown.start(error, error.retryAt) }) })
        }
      }
      settle(unavailable(lost.reason))
    } finally {
      deadline?.clear()
    }
  }

  // Beside the lock, which may be broken: two at once would present the same refresh token.
  const takeTurn = (epoch: number): ReturnType<typeof inTurn> => {
    if (turns.epoch !== epoch) turns = { epoch, take: inTurn() }
    return turns.take
  }

  const lockedSpend = (from: Phase, because: RefreshCause, target?: Target): Promise<RefreshOutcome> =>
    new Promise((settle) => {
      const task = (lost: AbortSignal): Promise<void> =>
        takeTurn(from.epoch)(() => spend(from, because, target, lost, settle)).catch((cause) => settle(unavailable(cause)))
      session
        .sharedId()
        .then((id) => holdLock(lock, lockName(id), task, 3 * limit, clock))
        .catch(async (cause) => settle((await lookBeyond(from).catch(() => undefined)) ?? unavailable(cause)))
    })

  const fly = async (from: Phase, because: RefreshCause): Promise<RefreshOutcome> => {
    emit({ type: 'refresh-started', because, generation: from.generation })
    const outcome = await lockedSpend(from, because)
    emit({ type: 'refresh-ended', outcome: outcome.kind, generation: session.phase.generation, error: outcome.error })
    return outcome
  }

  return {
    startsFromNothing,
    hasGrant: grant !== undefined,
    canRefresh,
    failure,
    get saving() {
      return saving
    },
    async refresh(from, because) {
      const { phase } = session
      if (phase.epoch !== from.epoch) return { kind: 'session-changed' }
      if (phase.generation > from.generation) return { kind: 'adopted' }
      const error = failure(phase)
      if (error) return { kind: isAuthError(error, 'ERR_TOKEN_ENDPOINT') ? 'misconfigured' : 'unavailable', error }
      return flights(from.epoch, () => fly(from, because))
    },
    async exchangeFor(target, from) {
      const error = failure(from)
      return isAuthError<RefreshUnavailableError>(error, 'ERR_REFRESH_UNAVAILABLE')
        ? { kind: 'unavailable', error }
        : lockedSpend(from, 'asked', target)
    },
  }
}

// No token request was made, or none that failed: there is nothing to cool down from.
function unavailable(cause: unknown): RefreshOutcome {
  return { kind: 'unavailable', error: new RefreshUnavailableError(undefined, { cause }) }
}
