import { answerRules, speaksOfCredentials } from './answer-rules'
import { challengeRules } from './challenge-rules'
import { credentialsRules, isRefused } from './credentials-rules'
import type { Diagnosis } from './diagnosis'
import { type DiagnoseInput, type Facts, factsOf } from './facts'
import { refreshRules } from './refresh-rules'
import { confidenceOf, type Finding, type Rule } from './rule'
import { schemeRules } from './scheme-rules'
import { tokenRules } from './token-rules'
import { wayRules } from './way-rules'

/**
 * Why a request was refused, from whatever is known of it: the response, the request, the tokens, an event of the client. Pure:
 * reads no body (hand in its text), no clock (hand in `now`), and changes nothing. Holds no secret.
 */
export function diagnose(input: DiagnoseInput): Diagnosis {
  const { event, response, request } = input
  // Made from all that was there, when it was there.
  if (isDiagnosis(event?.diagnosis) && !response && !request) return event.diagnosis
  const facts = factsOf(input)
  const ranked = rulesFor(facts)
    .flatMap((rule) => {
      const finding = rule.find(facts)
      return finding ? [{ rule, finding }] : []
    })
    .sort((one, other) => other.finding.weight - one.finding.weight)
  const [first, ...others] = ranked
  if (!first) return nothingFound(facts)
  return {
    cause: first.rule.cause,
    confidence: confidenceOf(first.finding.weight),
    summary: summaryOf(first),
    evidence: first.finding.evidence.filter(Boolean),
    fixes: first.rule.fixes,
    party: first.rule.party,
    alternatives: others.slice(0, 4).map((other) => ({
      cause: other.rule.cause,
      // Where one cause was seen, another is no more than likely.
      confidence: confidenceOf(Math.min(other.finding.weight, 89)),
      summary: summaryOf(other),
    })),
  }
}

function rulesFor(facts: Facts): readonly Rule[] {
  const { status, error } = facts
  // Of an answer that refuses nothing, or for another reason, words and claims say nothing; the rules below look at the status themselves.
  const refused = status === undefined || status === 407 || isRefused(facts) || speaksOfCredentials(facts)
  // What a server says of a token is not about one that was never sent.
  const noToken = facts.hasRequest && facts.token === undefined && facts.scheme === '' && facts.authorization === undefined
  return [
    ...(refused || status === 400 ? credentialsRules : []),
    ...(!refused || noToken ? [] : tokenRules),
    ...(refused || (status === 400 && namedByChallenges.test(error)) ? challengeRules : []),
    ...schemeRules,
    ...wayRules,
    ...answerRules,
    ...refreshRules,
  ]
}

const namedByChallenges = /^(insufficient_\w+|invalid_request|use_dpop_nonce|invalid_dpop_proof)$/

function summaryOf({ rule, finding }: { readonly rule: Rule; readonly finding: Finding }): string {
  return finding.summary ?? rule.summary
}

function isDiagnosis(value: unknown): value is Diagnosis {
  return typeof (Object(value) as { cause?: unknown }).cause === 'string'
}

function nothingFound({ status }: Facts): Diagnosis {
  const fine = status !== undefined && status < 400
  return {
    cause: fine ? 'not-refused' : 'unknown',
    confidence: fine ? 'likely' : 'possible',
    summary: fine ? 'The request was not refused.' : 'Nothing here says why.',
    evidence: status === undefined ? [] : [`The status is ${status}.`],
    fixes: fine ? [] : ['Hand in more: the response, its body’s text, the request and the tokens.'],
    party: 'client',
    alternatives: [],
  }
}
