import { scanChallenges } from '../challenge/scanner'
import { abortReason } from '../platform/abortable'
import { boundedIfLong } from '../platform/bounded'
import { drainBody } from '../platform/drain-body'
import { isPromise } from '../platform/maybe-promise'
import { originOf } from '../platform/origin'
import { isNewer } from '../session/is-newer'
import type { Phase } from '../session/phase'
import { isSpent } from '../tokens/expiry'
import { tokenSetOf } from '../tokens/token-set'
import type { PipelineOptions, Tell } from './call'
import { type Cause, decide, leading } from './decide'
import type { Freshness } from './freshness'
import type { Parts } from './parts'
import type { RequestTemplate } from './request-template'
import type { SchemeSelector } from './select-scheme'

/** Gives the response to hand back, or, once everything is done for it, the phase to send the request again with. */
export type Answer = (response: Response, template: RequestTemplate, phase: Phase) => Promise<Response | Phase>

const longestField = 64 * 1024
/** Of what a server says in an event. */
const longestText = 256
const mostChallenges = 16
const patience = 1_000

/** Reads the challenge, decides, and does what it takes to send the request again: at most once for each cause. */
export function createAnswer(
  options: PipelineOptions,
  { session, refresher, budget, clock, abortable, stepUp }: Parts,
  { fresh, askPerson }: Freshness,
  selector: SchemeSelector,
  tell: Tell,
): Answer {
  return async (response, template, phase) => {
    // Read late: once the client is disposed of, there are none.
    const { isUnauthorized, onEvent, limit } = options
    const { status } = response
    const { call, url, signal, scheme: sent, tried, withheld } = template
    const { generation } = phase
    const attempt = template.answered.length
    const wait = <Value>(work: PromiseLike<Value>): PromiseLike<Value> => abortable(work, signal)
    const isSameSession = (now: Phase): boolean => now.epoch === phase.epoch && (now.doubt === phase.doubt || template.isSafe)

    const { accessToken } = tokenSetOf(phase.held) ?? {}
    // A server may repeat what it was sent (A28).
    const shown = (text: string): string => (accessToken && text.includes(accessToken) ? '' : text.slice(0, longestText))
    const field = (status > 399 && response.headers.get('www-authenticate')) || ''
    // The pipeline reads no more of a field than anybody would send in earnest (A21).
    const challenges = field.length > longestField ? [] : scanChallenges(field)
    // Whoever reads the clone of a stream without end is not waited for.
    const ask = <About>(about: About, listener: (about: About) => unknown): PromiseLike<unknown> =>
      wait(boundedIfLong(Promise.resolve(about).then(listener), limit, clock, Error).catch(() => undefined))
    tell?.({
      type: 'response',
      call,
      attempt,
      status,
      challenges: challenges
        .slice(0, mostChallenges)
        .map(({ scheme, params: { error } }) => ({ scheme: shown(scheme), error: error === undefined ? error : shown(error) })),
    })

    // An empty URL says nothing (a mock, an opaque response).
    const elsewhere = originOf(response.url || url) !== originOf(url)
    const claimed =
      isUnauthorized !== undefined &&
      !withheld &&
      !elsewhere &&
      /^([123]|4(?!07|29))/.test(`${status}`) &&
      (await ask(response, isUnauthorized)) === true
    const inspect = claimed || status > 299 ? onEvent?.inspect : undefined
    const { method, mode } = template
    const diagnosis =
      inspect &&
      // Copies: what is looked at can't be changed.
      (await ask(
        {
          response,
          request: { method, url, mode, headers: new Headers(template.headers) },
          tokens: tokenSetOf(phase.held),
          now: clock.now(),
        },
        inspect,
      ))
    if (!withheld && (claimed || status === 401)) {
      try {
        // Others may have rotated, or signed out, since this was sent; where the store can't say, what memory holds counts.
        const looked = session.look()
        if (isPromise(looked)) await abortable(looked, signal)
      } catch {
        if (signal?.aborted) throw abortReason(signal)
      }
    }
    const now = session.phase
    const exchange = { method: template.method, url, response, attempt }
    // What came back without our credentials on the way, or from another origin, is nothing to learn from.
    const { scheme, ours, answer } = selector.select(withheld || elsewhere ? [] : challenges, now, exchange, sent, tried)
    const attached = sent !== undefined && scheme === sent
    // Each scheme answers for itself.
    const answered: Cause[] = template.answered.filter((cause) => cause !== 'scheme')
    if (tried.includes(scheme)) answered.push('scheme')
    const failure = refresher.failure(now)
    const decision = decide({
      withheld,
      status,
      claimed,
      elsewhere,
      changed: !isSameSession(now),
      answered,
      saving: refresher.saving?.generation === generation,
      attached,
      outdated: attached && scheme.usesTokens && isNewer(now, phase),
      ours,
      foreign: Boolean(challenges[0] && !ours[0] && scheme.name),
      answer,
      canStepUp: Boolean(stepUp),
      curable: scheme.usesTokens && refresher.hasGrant && (attached || refresher.startsFromNothing),
      failure,
      isSpent: budget.isSpent(),
      canRefresh: refresher.canRefresh(now),
      expired: now.held !== undefined && isSpent(now.expiry, clock.now(), 0),
    })
    const { action, row, cause } = decision
    const reason = shown(decision.reason)
    tell?.({
      type: 'decision',
      call,
      attempt,
      ...decision,
      reason,
      ...(diagnosis !== undefined && { status, diagnosis }),
    })

    // The app hears of it before the call does, as of every other end.
    if (action === 'end') await wait(boundedIfLong(session.end(now, 'no_refresh_token'), patience, clock, Error).catch(() => {}))
    if (action === 'return' || action === 'end') return response
    if (cause === 'scheme' && sent !== scheme) selector.remember(url, scheme)
    if (!(await wait(template.canReplay(clock)))) {
      // The next call finds newer credentials; this one gets its answer unread.
      if (action === 'refresh') void refresher.refresh(now, 'unauthorized')
      return response
    }
    const handBack = await wait(drainBody(response, clock))
    // What was decided for this session is not done for another.
    if (!isSameSession(session.phase)) return handBack()
    if (action === 'reject') throw failure
    if (action === 'refresh') {
      const { kind, error } = await wait(refresher.refresh(now, 'unauthorized'))
      // That its session is over, the call's own 401 says as well.
      if (error && kind !== 'rejected' && isSameSession(session.phase)) await askPerson(error, signal)
    } else if (action === 'step-up') {
      if (!stepUp || !(await wait(stepUp.ask(reason, leading(ours))))) return handBack()
    } else if (row === 7 && isSameSession(session.phase)) {
      try {
        await fresh(session.phase, template)
      } catch (error) {
        if (isSameSession(session.phase)) throw error
      }
    }
    const next = session.phase
    // Whoever signed in meanwhile, this call is not theirs.
    if (!isSameSession(next)) return handBack()
    if (cause === 'scheme') {
      template.tried = [...tried, scheme, sent ?? scheme]
      template.scheme = scheme
    }
    template.rewind(cause, handBack)
    return next
  }
}
