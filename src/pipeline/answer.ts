import { isScheme } from '../challenge/challenge'
import { parseChallenges } from '../challenge/parse-challenges'
import { abortReason } from '../platform/abortable'
import { drainBody } from '../platform/drain-body'
import { originOf } from '../platform/origin'
import type { Phase } from '../session/phase'
import { isSpent } from '../tokens/expiry'
import type { Call, PipelineOptions } from './call'
import { type Cause, decide, leading } from './decide'
import { send } from './send'

const longestField = 64 * 1024

/** Reads the challenge, decides, and answers it by sending the request again: at most once for each cause. */
export async function answer(options: PipelineOptions, call: Call, first: Response): Promise<Response> {
  const { session, refresher, budget, clock, abortable, stepUp, freshness, schemes, isUnauthorized, tell } = options
  const [scheme] = schemes
  const { id, template, withheld, phase: begun } = call
  const { signal, url } = template
  const answered: Cause[] = []
  const isSameSession = (now: Phase): boolean => now.epoch === begun.epoch && (now.doubt === begun.doubt || template.isSafe)

  for (let response = first; ; response = await send(options, call)) {
    const { attempt, phase } = call
    const { generation } = phase
    const { status } = response
    const attached = template.isTouched
    const field = status > 399 ? response.headers.get('www-authenticate') : null
    // The pipeline reads no more of a field than anybody would send in earnest (A21).
    const challenges = field && field.length <= longestField ? parseChallenges(field) : []
    tell?.({
      type: 'response',
      call: id,
      attempt,
      status,
      challenges: challenges.map(({ scheme, params }) => ({ scheme, error: params.error })),
    })

    // An empty URL says nothing (a mock, an opaque response).
    const elsewhere = response.url !== '' && originOf(response.url) !== originOf(url)
    let claimed = false
    if (isUnauthorized && !withheld && !elsewhere && status && status < 500 && status !== 407 && status !== 429) {
      try {
        claimed = (await abortable((async () => isUnauthorized(response))(), signal)) === true
      } catch {
        if (signal?.aborted) throw abortReason(signal)
      }
    }
    const unauthorized = claimed || status === 401
    if (unauthorized && !withheld) {
      try {
        // Others may have rotated, or signed out, since this was sent; where the store can't say, what memory holds counts.
        await session.look()
      } catch {}
    }
    const now = session.phase
    const ours = challenges.filter((challenge) => schemes.some(({ name }) => isScheme(challenge, name)))
    const exchange = { method: template.method, url, response, attempt, answered: answered.includes('scheme') }
    const answers = ours.map((challenge) => scheme.answer?.(challenge, exchange))
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
    tell?.({ type: 'decision', call: id, attempt, ...decision })

    if (action === 'end') session.end(now, 'no_refresh_token').catch(() => {})
    if (action === 'return' || action === 'end') return response
    if (!(await abortable(template.canReplay(clock), signal))) {
      // The next call finds newer credentials; this one gets its answer unread.
      if (action === 'refresh') void refresher.refresh(phase, 'unauthorized')
      return response
    }
    const held = await abortable(drainBody(response, clock), signal)
    if (action === 'reject') throw refresher.failure(now)
    answered.push(cause)
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
    // Whoever signed in meanwhile, this call is not theirs.
    if (!isSameSession(session.phase)) return held
    call.phase = session.phase
    call.attempt++
    template.rewind()
  }
}
