import { type Challenge, isScheme } from '../challenge/challenge'
import type { Phase } from '../session/phase'
import { isSpent } from '../tokens/expiry'
import { type Call, isSameSession, type PipelineOptions, type Sent } from './call'
import { type Decision, decide, type Facts } from './decide'

/** A decision, and what it was made from. */
export interface Judgement extends Decision {
  readonly now: Phase
  readonly ours: readonly Challenge[]
}

/** Gathers the facts of an answered send and decides; without a promise where it is plain that there is nothing to decide. */
export function judge(options: PipelineOptions, call: Call, sent: Sent): Promise<Judgement> | undefined {
  const { response } = sent
  if (response.status === 401 || response.status === 403) return weigh(options, call, sent)
  return options.isUnauthorized && mayBeUnauthorized(response) ? weigh(options, call, sent) : undefined
}

async function weigh(options: PipelineOptions, call: Call, sent: Sent): Promise<Judgement> {
  const { session, emit } = options
  const { response } = sent
  const elsewhere = !options.origins.isFrom(response.url, call.url)
  const claimed = !elsewhere && (await isClaimed(options, response))
  // Others may have rotated, or signed out, since this was sent.
  if (claimed || response.status === 401) await lookAgain(options)
  const now = session.phase
  const ours = sent.challenges.filter((challenge) => options.schemes.some(({ name }) => isScheme(challenge, name)))
  const decision = decide(factsOf(options, call, sent, { now, ours, claimed, elsewhere }))
  emit?.({ type: 'decision', call: call.id, attempt: sent.attempt, ...decision })
  return { ...decision, now, ours }
}

function factsOf(
  options: PipelineOptions,
  call: Call,
  sent: Sent,
  seen: { readonly now: Phase; readonly ours: readonly Challenge[]; readonly claimed: boolean; readonly elsewhere: boolean },
): Facts {
  const { refresher, budget, clock } = options
  const [scheme] = options.schemes
  const { response, attempt, attached, challenges } = sent
  const { template, url, begun, answered } = call
  const { now, ours, claimed, elsewhere } = seen
  const exchange = { method: template.method, url, response, attempt, answered: answered.has('scheme') }
  const answers = new Set(ours.map((challenge) => scheme.answer?.(challenge, exchange)))
  return {
    status: response.status,
    opaque: response.status === 0,
    unauthorized: claimed || response.status === 401,
    claimed,
    elsewhere,
    sessionChanged: !isSameSession(begun, now, template.isSafe),
    answered,
    beingSaved: refresher.saving !== undefined && refresher.saving.generation === sent.phase.generation,
    attached,
    outdated: attached && sent.phase.generation < now.generation,
    challenges,
    ours,
    ownsAll: scheme.name === '',
    schemeAnswer: (['replay', 'refresh', 'return'] as const).find((answer) => answers.has(answer)),
    canStepUp: options.stepUp !== undefined,
    hasGrant: refresher.hasGrant && scheme.usesTokens,
    startsFromNothing: refresher.startsFromNothing,
    coolingDown: refresher.failureFor(now) !== undefined,
    budgetSpent: budget.spent,
    lacksRefreshToken: !refresher.canRefresh(now),
    expired: now.status === 'authenticated' && isSpent(now.expiry, clock.now(), 0),
  }
}

// Row 2: these say nothing of credentials, so nobody is asked what they mean.
function mayBeUnauthorized({ status }: Response): boolean {
  return status !== 0 && status !== 407 && status !== 429 && status < 500
}

async function isClaimed({ isUnauthorized }: PipelineOptions, response: Response): Promise<boolean> {
  try {
    return (await isUnauthorized?.(response)) === true
  } catch {
    return false
  }
}

// Where the store can't say, what memory holds counts: the 401 is still the caller's.
async function lookAgain({ session }: PipelineOptions): Promise<void> {
  try {
    await session.look()
  } catch {
    // The app has heard of it as a `storage-error`.
  }
}
