import { abortable } from '../platform/abortable'
import type { Phase } from '../session/phase'
import { type Call, isSameSession, type PipelineOptions, type Sent } from './call'
import { leading } from './decide'
import { freshPhase } from './freshness'
import type { Judgement } from './judge'
import { needsPerson } from './needs-person'

/**
 * Does what was decided, and returns the phase to send the request again with; `undefined`: the caller gets the answer that
 * is there.
 * @throws {RefreshUnavailableError | TokenEndpointError} the session is kept, but this call can't be answered.
 */
export async function nextPhase(options: PipelineOptions, call: Call, sent: Sent, judgement: Judgement): Promise<Phase | undefined> {
  const { session, refresher } = options
  const { template, begun } = call
  if (judgement.action === 'refresh') {
    const outcome = await abortable(refresher.refresh(sent.phase, 'unauthorized'), template.signal)
    if (outcome.kind === 'session-changed' || outcome.kind === 'rejected') return undefined
    if (outcome.kind === 'failed') {
      const { error } = outcome
      if (!options.stepUp || !needsPerson(error)) throw error
      if (!(await abortable(options.stepUp.run(undefined, error.error), template.signal))) throw error
    }
  } else if (judgement.action === 'step-up') {
    const granted = options.stepUp && (await abortable(options.stepUp.run(leading(judgement.ours)), template.signal))
    if (!granted) return undefined
  } else if (judgement.row === 7 && isSameSession(begun, session.phase, template.isSafe)) {
    try {
      await freshPhase(options, session.phase, template)
    } catch (error) {
      // That its session is over, the call's own 401 says as well.
      if (isSameSession(begun, session.phase, template.isSafe)) throw error
    }
  }
  // Whoever signed in meanwhile, this call is not theirs.
  const { phase } = session
  return isSameSession(begun, phase, template.isSafe) ? phase : undefined
}
