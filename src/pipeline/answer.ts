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

/** @param again sends the request again, once everything is done for it. */
export type Answer = (response: Response, template: RequestTemplate, phase: Phase, again: Again) => Promise<Response>

type Again = (template: RequestTemplate, phase: Phase) => MaybePromise<Response>

/** Does what was decided about a response: at most once for each cause. */
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

    // The app hears of it before the call does, as of every other end.
    if (action === 'end') await wait(inTime(session.end(now, 'no_refresh_token'), clock))
    if (action === 'return' || action === 'end') return response
    if (cause === 'scheme' && sent !== scheme) selector.remember(url, scheme)
    if (!(await wait(template.canReplay(clock)))) {
      // The next call finds newer credentials; this one gets its answer unread.
      if (action === 'refresh') void refresher.refresh(now, 'unauthorized')
      return response
    }
    const handBack = await wait(drainBody(response, clock))
    // What was decided for this session is not done for another.
    if (!isStillOurs()) return handBack()
    if (action === 'reject') throw failure
    if (action === 'refresh') {
      const { kind, error } = await wait(refresher.refresh(now, 'unauthorized'))
      // That its session is over, the call's own 401 says as well.
      if (error && kind !== 'rejected' && isStillOurs()) await askPerson(error, signal)
    } else if (action === 'step-up') {
      if (!stepUp || !(await wait(stepUp.ask(reason, leading(ours))))) return handBack()
    } else if (action === 'replay' && cause === 'credentials' && isStillOurs()) {
      try {
        await fresh(session.phase, template)
      } catch (error) {
        if (isStillOurs()) throw error
      }
    }
    // Whoever signed in meanwhile, this call is not theirs.
    if (!isStillOurs()) return handBack()
    if (cause === 'scheme') {
      template.tried = [...tried, scheme, sent ?? scheme]
      template.scheme = scheme
    }
    template.rewind(cause, handBack)
    return again(template, session.phase)
  }
}
