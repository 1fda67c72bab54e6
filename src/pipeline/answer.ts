import { inTime } from '../platform/bounded'
import { drainBody } from '../platform/drain-body'
import type { MaybePromise } from '../platform/maybe-promise'
import type { Phase } from '../session/phase'
import { leading } from './decide'
import type { Freshness } from './freshness'
import { createJudge } from './judge'
import type { Parts } from './parts'
import type { PipelineOptions } from './pipeline-options'
import type { Tell } from './request-event'
import type { RequestTemplate } from './request-template'
import { isSameSession } from './same-session'
import type { SchemeSelector } from './select-scheme'

/**
 * What the caller gets for a response: this one, or that of another send.
 * @param phase the session that the request was sent for.
 * @param again sends the request once more, with the session that there is then.
 */
export type Answer = (response: Response, template: RequestTemplate, phase: Phase, again: Again) => Promise<Response>

type Again = (template: RequestTemplate, phase: Phase) => MaybePromise<Response>

/** Does what was decided about a response. The decision sees to it that a call is sent again at most once for each cause. */
export function createAnswer(
  options: PipelineOptions,
  parts: Parts,
  { fresh, askPerson }: Freshness,
  selector: SchemeSelector,
  tell: Tell,
): Answer {
  const { session, refresher, clock, abortable, stepUp } = parts
  const judge = createJudge(options, parts, selector, tell)

  return async (response, template, phase, again) => {
    const { url, signal, scheme: sent, tried, isSafe } = template
    const wait = <Value>(work: PromiseLike<Value>): PromiseLike<Value> => abortable(work, signal)
    const isStillOurs = (): boolean => isSameSession(session.phase, phase, isSafe)
    const { action, cause, reason, now, scheme, ours, failure } = await judge(response, template, phase)

    // Before the response is handed over: the app hears of the end of a session first, then the call gets its 401.
    if (action === 'end') await wait(inTime(session.end(now, 'no_refresh_token'), clock))
    if (action === 'return' || action === 'end') return response
    if (cause === 'scheme' && sent !== scheme) selector.remember(url, scheme, now)
    if (!(await wait(template.canReplay(clock)))) {
      // This call gets its answer, unread; the next one finds newer credentials.
      if (action === 'refresh') void refresher.refresh(now, 'unauthorized')
      return response
    }
    const handBack = await wait(drainBody(response, clock))
    // The session may have changed while we waited: what was decided for one is not done for another.
    if (!isStillOurs()) return handBack()
    if (action === 'reject' && failure) await askPerson(failure, signal)
    if (action === 'refresh') {
      const { kind, error } = await wait(refresher.refresh(now, 'unauthorized'))
      // Rejected: the session is over, and the call gets its own 401 below.
      if (error && kind !== 'rejected' && isStillOurs()) await askPerson(error, signal)
    } else if (action === 'step-up') {
      if (!stepUp || !(await wait(stepUp.ask(reason(), leading(ours), phase)))) return handBack()
    } else if (action === 'replay' && cause === 'credentials') {
      try {
        await fresh(session.phase, template)
      } catch (error) {
        // The end of its session is no error of this call: it gets its own 401 below.
        if (isStillOurs()) throw error
      }
    }
    // This call is not sent for whoever signed in meanwhile.
    if (!isStillOurs()) return handBack()
    if (cause === 'scheme') {
      // The scheme whose credentials were refused is given up for the one that answers now.
      template.tried = [...tried, scheme, sent ?? scheme]
      template.scheme = scheme
    }
    template.rewind(cause, handBack)
    return again(template, session.phase)
  }
}
