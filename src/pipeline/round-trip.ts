import type { Challenge } from '../challenge/challenge'
import { parseChallenges } from '../challenge/parse-challenges'
import { abortable, abortReason } from '../platform/abortable'
import { drainBody } from '../platform/drain-body'
import { isPromise } from '../platform/maybe-promise'
import type { Phase } from '../session/phase'
import { isTokenSet, type TokenSet } from '../tokens/token-set'
import { attach } from './attach'
import type { Call, PipelineOptions, Sent } from './call'
import { currentPhase, freshPhase } from './freshness'
import { judge } from './judge'
import { nextPhase } from './next-phase'
import { passThrough, placeOf, redacted } from './placement'
import { RequestTemplate } from './request-template'

const longestField = 64 * 1024

/** One call: attach, send, read the challenge, decide, and answer it, at most once for each cause. */
export async function roundTrip(options: PipelineOptions, input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const template = new RequestTemplate(input, init)
  const place = placeOf(options, template, input)
  if (place.withheld) return passThrough(options, place, input, init)
  const { signal } = template
  if (signal?.aborted) throw abortReason(signal)

  // With a fresh token in a synchronous store nothing is awaited before the request is on its way.
  const looked = currentPhase(options.session, signal)
  const fresh = freshPhase(options, isPromise(looked) ? await looked : looked, template)
  let phase = isPromise(fresh) ? await fresh : fresh
  const call: Call = { id: options.nextCall(), template, url: place.url, begun: phase, answered: new Set() }

  for (let attempt = 0; ; attempt++) {
    const sent = await send(options, call, phase, attempt)
    const { response } = sent
    const judging = judge(options, call, sent)
    if (!judging) return response
    const judgement = await judging
    if (judgement.action === 'return') return response
    if (judgement.action === 'end') {
      if (judgement.now.status === 'authenticated') options.session.end(judgement.now, 'no_refresh_token').catch(() => {})
      return response
    }
    if (!(await template.canReplay())) {
      // The next call finds newer credentials; this one gets its answer unread.
      if (judgement.action === 'refresh') void options.refresher.refresh(phase, 'unauthorized')
      return response
    }
    if (judgement.action === 'reject') {
      response.body?.cancel().catch(() => {})
      throw options.refresher.failureFor(judgement.now)
    }
    call.answered.add(judgement.cause)
    const held = await drainBody(response, options.clock)
    if (signal?.aborted) throw abortReason(signal)
    const next = await nextPhase(options, call, sent, judgement)
    if (!next) return held
    phase = next
  }
}

async function send(options: PipelineOptions, call: Call, phase: Phase, attempt: number): Promise<Sent> {
  const { template, url, id } = call
  const { fetch, emit } = options
  const [scheme] = options.schemes
  const attaching = attach(scheme, template, url, sendable(phase), attempt)
  const attachment = isPromise(attaching) ? await abortable(attaching, template.signal) : attaching
  const attached = !attachment.isEmpty
  emit?.({
    type: 'request',
    call: id,
    attempt,
    method: template.method,
    url: redacted(url),
    scheme: attached ? scheme.name : undefined,
    generation: phase.generation,
  })
  const response = await (attempt === 0 ? template.send(fetch, url, attachment.sent) : template.sendAgain(fetch, url, attachment.sent))
  scheme.observe?.(response)
  const challenges = challengesOf(response)
  emit?.({
    type: 'response',
    call: id,
    attempt,
    status: response.status,
    challenges: challenges.map(({ scheme, params }) => ({ scheme, error: params.error })),
  })
  return { attempt, phase, attached, response, challenges }
}

// The pipeline reads no more of a field than anybody would send in earnest (A21).
function challengesOf(response: Response): Challenge[] {
  if (response.status < 400) return []
  const field = response.headers.get('www-authenticate')
  return field && field.length <= longestField ? parseChallenges(field) : []
}

// A token that can't stand in a header is never sent.
function sendable(phase: Phase): TokenSet | null {
  return phase.status === 'authenticated' && isTokenSet(phase.tokens) && !phase.expiry.isMalformed ? phase.tokens : null
}
