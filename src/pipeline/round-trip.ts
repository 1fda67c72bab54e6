import { isScheme } from '../challenge/challenge'
import { parseChallenges } from '../challenge/parse-challenges'
import { abortable, abortReason } from '../platform/abortable'
import { drainBody } from '../platform/drain-body'
import type { FetchLike } from '../platform/fetch-like'
import { isPromise, type MaybePromise } from '../platform/maybe-promise'
import type { AuthScheme } from '../schemes/auth-scheme'
import type { Phase } from '../session/phase'
import { isSpent } from '../tokens/expiry'
import { tokenSetOf } from '../tokens/token-set'
import { allowedTarget, originOf } from './allowed-origins'
import { type Cause, decide, leading } from './decide'
import type { Freshness, FreshnessOptions } from './freshness'
import { outgoing } from './outgoing'
import { redacted } from './redacted'
import type { RequestEvent } from './request-event'
import { requestTemplate } from './request-template'

const longestField = 64 * 1024

export interface RoundTripOptions extends FreshnessOptions {
  readonly freshness: Freshness
  readonly fetch: FetchLike
  /** The origins that get credentials. */
  readonly origins: readonly string[]
  /** Whether the app named them; else a call elsewhere is a mistake. */
  readonly hasOwnOrigins: boolean
  /** What relative inputs resolve against. */
  readonly base: () => string | undefined
  /** The token and the revocation endpoint. */
  readonly endpoints: readonly string[]
  /** Strongest first. */
  readonly schemes: readonly [AuthScheme, ...AuthScheme[]]
  readonly isUnauthorized?: ((response: Response) => MaybePromise<boolean>) | undefined
  /** Absent when nobody listens. */
  readonly tell: ((event: RequestEvent) => void) | undefined
}

/** A `fetch`: attach, send, read the challenge, decide, and answer it, at most once for each cause. */
export function createRoundTrip(options: RoundTripOptions): (input: RequestInfo | URL, init?: RequestInit) => Promise<Response> {
  const { session, refresher, budget, clock, stepUp, freshness, fetch, origins, endpoints, schemes, isUnauthorized, tell } = options
  const [scheme] = schemes
  let calls = 0

  const isClaimed = async (response: Response): Promise<boolean> => {
    try {
      return (await isUnauthorized?.(response)) === true
    } catch {
      return false
    }
  }

  return async (input, init) => {
    const template = requestTemplate(input, init)
    const { method, signal, isSafe, body } = template
    const asked = typeof input === 'object' && 'url' in input ? input.url : String(input)
    const target = allowedTarget(asked, origins, options.base)
    if (!target && !options.hasOwnOrigins)
      throw new TypeError(`Credentials may not go to ${redacted(asked)}: add its origin to allowedOrigins`)
    const url = target ?? asked
    const isEndpoint = endpoints.some((endpoint) => url.startsWith(endpoint) && redacted(url) === endpoint)
    // What the caller set is the caller's: neither replaced nor answered for (A57).
    const isCallers = schemes.some(({ headers }) => headers.some(template.hasHeader))
    const withheld = !target ? 'origin' : isEndpoint ? 'endpoint' : isCallers ? 'caller' : undefined
    let phase = session.phase
    if (withheld) tell?.({ type: 'credentials-withheld', url: redacted(url), reason: withheld })
    else {
      if (template.mode === 'no-cors') throw new TypeError("mode 'no-cors' drops the Authorization header: use 'cors'")
      if (signal?.aborted) throw abortReason(signal)
      // With a fresh token in a synchronous store nothing is awaited before the request is on its way.
      const looked = freshness.current(signal)
      const fresh = freshness.fresh(isPromise(looked) ? await looked : looked, template)
      phase = isPromise(fresh) ? await fresh : fresh
    }
    const begun = phase
    const isSameSession = (now: Phase): boolean => now.epoch === begun.epoch && (now.doubt === begun.doubt || isSafe)
    const answered = new Set<Cause>()
    const call = calls++

    for (let attempt = 0; ; attempt++) {
      const request = outgoing(method, url, body, template.headers(attempt > 0))
      // A token that can't stand in a header is never sent.
      const tokens = phase.held && phase.expiry.expiresAt !== 0 ? tokenSetOf(phase.held) : null
      if (!withheld && (tokens || !scheme.usesTokens)) {
        const attaching = scheme.attach(request, tokens, { attempt })
        if (isPromise(attaching)) await abortable(attaching, signal)
      }
      const attached = request.isTouched()
      const { generation } = phase
      tell?.({ type: 'request', call, attempt, method, url: redacted(url), scheme: attached ? scheme.name : undefined, generation })
      const response = await (withheld
        ? fetch(target && typeof input === 'string' ? target : input, init)
        : template.send(fetch, url, request.sent(), attempt > 0))
      const { status } = response
      if (!withheld) scheme.observe?.(response)
      const field = status > 399 ? response.headers.get('www-authenticate') : null
      // The pipeline reads no more of a field than anybody would send in earnest (A21).
      const challenges = field && field.length <= longestField ? parseChallenges(field) : []
      tell?.({
        type: 'response',
        call,
        attempt,
        status,
        challenges: challenges.map(({ scheme, params }) => ({ scheme, error: params.error })),
      })
      if (status !== 401 && status !== 403 && !isUnauthorized && !tell) return response

      // An empty URL says nothing (a mock, an opaque response).
      const elsewhere = response.url !== '' && originOf(response.url) !== originOf(url)
      const mayBeMeant = !withheld && !elsewhere && status && status < 500 && status !== 407 && status !== 429
      const claimed = isUnauthorized && mayBeMeant ? await isClaimed(response) : false
      const unauthorized = claimed || status === 401
      if (unauthorized && !withheld) {
        try {
          // Others may have rotated, or signed out, since this was sent; where the store can't say, what memory holds counts.
          await session.look()
        } catch {}
      }
      const now = session.phase
      const ours = challenges.filter((challenge) => schemes.some(({ name }) => isScheme(challenge, name)))
      const answers = ours.map((challenge) =>
        scheme.answer?.(challenge, { method, url, response, attempt, answered: answered.has('scheme') }),
      )
      const decision = decide({
        withheld,
        status,
        unauthorized,
        claimed,
        elsewhere,
        changed: !isSameSession(now),
        answered,
        saving: refresher.saving?.generation === generation,
        attached,
        outdated: attached && generation < now.generation,
        challenges,
        ours,
        ownsAll: !scheme.name,
        answer: (['replay', 'refresh', 'return'] as const).find((answer) => answers.includes(answer)),
        canStepUp: stepUp !== undefined,
        canCure: scheme.usesTokens && refresher.hasGrant && (attached || refresher.startsFromNothing),
        coolingDown: refresher.failure(now) !== undefined,
        budgetSpent: budget.isSpent(),
        lacksRefreshToken: !refresher.canRefresh(now),
        expired: now.held !== undefined && isSpent(now.expiry, clock.now(), 0),
      })
      const { action, row, reason, cause } = decision
      tell?.({ type: 'decision', call, attempt, ...decision })

      if (action === 'end') session.end(now, 'no_refresh_token').catch(() => {})
      if (action === 'return' || action === 'end') return response
      if (!(await template.canReplay())) {
        // The next call finds newer credentials; this one gets its answer unread.
        if (action === 'refresh') void refresher.refresh(phase, 'unauthorized')
        return response
      }
      const held = await drainBody(response, clock)
      if (signal?.aborted) throw abortReason(signal)
      if (action === 'reject') throw refresher.failure(now)
      answered.add(cause)
      if (action === 'refresh') {
        const { kind, error } = await abortable(refresher.refresh(phase, 'unauthorized'), signal)
        if (kind === 'session-changed' || kind === 'rejected') return held
        if (error) await freshness.askPerson(error, signal)
      } else if (action === 'step-up') {
        if (!stepUp || !(await abortable(stepUp.ask(reason, leading(ours)), signal))) return held
      } else if (row === 7) {
        try {
          await freshness.fresh(session.phase, template)
        } catch (error) {
          // That its session is over, the call's own 401 says as well.
          if (isSameSession(session.phase)) throw error
        }
      }
      phase = session.phase
      // Whoever signed in meanwhile, this call is not theirs.
      if (!isSameSession(phase)) return held
    }
  }
}
