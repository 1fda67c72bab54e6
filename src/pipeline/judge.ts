import type { Challenge } from '../challenge/challenge'
import { scanChallenges } from '../challenge/scanner'
import { abortReason } from '../platform/abortable'
import { inTime } from '../platform/bounded'
import { isPromise } from '../platform/maybe-promise'
import { originOf } from '../platform/origin'
import type { AuthScheme } from '../schemes/auth-scheme'
import { isNewer } from '../session/is-newer'
import type { Phase } from '../session/phase'
import type { RefreshFailure } from '../session/refresh-outcome'
import { isSpent } from '../tokens/expiry'
import { tokenSetOf } from '../tokens/token-set'
import { type Decision, decide } from './decide'
import type { Parts } from './parts'
import type { PipelineOptions } from './pipeline-options'
import type { Tell } from './request-event'
import type { RequestTemplate } from './request-template'
import { isSameSession } from './same-session'
import type { SchemeSelector } from './select-scheme'
import { repeatsSecret } from './sent-secrets'

/** What is to be done about a response, and what that was decided by. */
export interface Judgement extends Omit<Decision, 'reason'> {
  /** Why; nothing where that would repeat the credentials (A28). Costly to find out: asked only where it is told. */
  readonly reason: () => string
  /** The session at the time of the decision. */
  readonly now: Phase
  /** The scheme that answers, if any does. */
  readonly scheme: AuthScheme
  /** The challenges of that scheme. */
  readonly ours: readonly Challenge[]
  /** The failure that opened the cool-down, while that runs. */
  readonly failure: RefreshFailure | undefined
}

/** Reads what came back, gathers the facts, has `decide` decide, and tells the app. What was decided is for others to do. */
export type Judge = (response: Response, template: RequestTemplate, phase: Phase) => Promise<Judgement>

/** A longer `WWW-Authenticate` is not read at all: nobody sends one in earnest (A21). */
const longestField = 64 * 1024
/** How much of a server's text an event repeats, in characters, and how many of its challenges. */
const longestText = 256
const mostChallenges = 16

export function createJudge(
  options: PipelineOptions,
  { session, refresher, budget, clock, abortable, stepUp }: Parts,
  selector: SchemeSelector,
  tell: Tell,
): Judge {
  /** Others may have rotated, or signed out, since the call was sent. Where the store fails, the session counts as memory holds it. */
  const lookAgain = async (signal: AbortSignal | null | undefined): Promise<void> => {
    try {
      const looked = session.look()
      if (isPromise(looked)) await abortable(looked, signal)
    } catch {
      if (signal?.aborted) throw abortReason(signal)
    }
  }

  return async (response, template, phase) => {
    // Read here and not once: `dispose()` takes them away.
    const { isUnauthorized, onEvent, limit } = options
    const { status } = response
    const { call, url, signal, scheme: sent, tried, withheld, method } = template
    const attempt = template.answered.length
    const tokens = tokenSetOf(phase.held)
    // In time: the app may read the clone of a stream that never ends.
    const ask = <About>(about: About, listener: (about: About) => unknown): PromiseLike<unknown> =>
      abortable(inTime(Promise.resolve(about).then(listener), clock, limit), signal)

    const challenges = challengesOf(response)
    // Not where the server repeats the credentials that it was sent (A28).
    const shown = (text: string): string => (challenges[0] && repeatsSecret(text, template) ? '' : text.slice(0, longestText))
    tell?.({
      type: 'response',
      call,
      attempt,
      status,
      challenges: challenges
        .slice(0, mostChallenges)
        .map(({ scheme, params: { error } }) => ({ scheme: shown(scheme), error: error && shown(error) })),
    })

    // An empty or a relative URL says nothing (a mock, an opaque response).
    const elsewhere = /^([a-z][a-z\d+.-]*:|[\\/]{2})/i.test(response.url) && originOf(response.url) !== originOf(url)
    // Row 2: not of an opaque response (0), 407, 429 and 5xx.
    const isAsked = !withheld && !elsewhere && /^([123]|4(?!07|29))/.test(`${status}`)
    const claimed = isUnauthorized !== undefined && isAsked && (await ask(response, isUnauthorized)) === true
    const inspect = claimed || status > 299 ? onEvent?.inspect : undefined
    // A copy of the headers: `inspect` can't change what a replay sends.
    const request = inspect && { method, url, headers: new Headers(template.headers), credentials: template.credentialsMode }
    const diagnosis = request && (await ask({ response, request, tokens, now: clock.now() }, inspect))
    if (!withheld && (claimed || status === 401)) await lookAgain(signal)

    const now = session.phase
    // Nothing is learnt from an answer to a request without our credentials, or from another origin: there the challenges don't count.
    const { scheme, ours, answer } = selector.select(
      withheld || elsewhere ? [] : challenges,
      now,
      { method, url, response, attempt },
      sent,
      tried,
    )
    const attached = sent !== undefined && scheme === sent
    // Each scheme may answer once: that another one has doesn't count.
    const answered = template.answered.filter((cause) => cause !== 'scheme' || tried.includes(scheme))
    const failure = refresher.failure(now)
    const decision = decide({
      withheld,
      status,
      claimed,
      elsewhere,
      changed: !isSameSession(now, phase, template.isSafe),
      answered,
      saving: refresher.isSaving(phase) || Boolean(stepUp?.isSaving(phase)),
      attached,
      outdated: attached && scheme.usesTokens && isNewer(now, phase),
      ours,
      foreign: Boolean(challenges[0] && !ours[0] && scheme.name),
      answer,
      canStepUp: Boolean(stepUp),
      curable: scheme.usesTokens && refresher.hasGrant && (attached || refresher.startsFromNothing),
      failure,
      exhausted: budget.isExhausted(),
      canRefresh: refresher.canRefresh(now),
      expired: now.held !== undefined && isSpent(now.expiry, clock.now(), 0),
    })
    const reason = (): string => shown(decision.reason)
    tell?.({ type: 'decision', call, attempt, ...decision, reason: reason(), ...(diagnosis !== undefined && { status, diagnosis }) })
    return { ...decision, reason, now, scheme, ours, failure }
  }
}

/** The challenges of a response that may be a refusal. */
function challengesOf({ status, headers }: Response): readonly Challenge[] {
  const field = (status > 399 && headers.get('www-authenticate')) || ''
  return field.length > longestField ? [] : scanChallenges(field)
}
