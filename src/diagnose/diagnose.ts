import { answerRules } from './answer-rules'
import { challengeRules } from './challenge-rules'
import { clockRule } from './clock-rule'
import { credentialsRules } from './credentials-rules'
import type { DiagnoseInput } from './diagnose-input'
import type { Diagnosis } from './diagnosis'
import { type Facts, factsOf } from './facts'
import { handshakeRules } from './handshake-rules'
import { isRefused } from './is-refused'
import { isCalledKey } from './key-field'
import { ofStatus, otherMatterOf } from './other-matter'
import { placeOfSignature } from './place-of-signature'
import { refreshRules } from './refresh-rules'
import { refusesInBand } from './refuses-in-band'
import { confidenceOf, type Rule } from './rule'
import { schemeRules } from './scheme-rules'
import { signatureRule } from './signature-rule'
import { speaksOfCredentials } from './speaks-of-credentials'
import { timeRules } from './time-rules'
import { isOfTokenEndpoint } from './token-endpoint'
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
      return finding ? [{ ...rule, ...finding.instead, ...finding }] : []
    })
    .sort((one, other) => other.weight - one.weight)
  const [first, ...others] = ranked
  if (!first) return nothingFound(facts)
  return {
    cause: first.cause,
    confidence: confidenceOf(Math.min(first.weight, refusesInBand(facts) || 100)),
    summary: first.summary,
    evidence: first.evidence.filter(Boolean),
    fixes: first.fixes,
    party: first.party,
    alternatives: others.slice(0, 4).map(({ cause, weight, summary }) => ({
      cause,
      // Where one cause was seen, another is no more than likely.
      confidence: confidenceOf(Math.min(weight, 89)),
      summary,
    })),
  }
}

function rulesFor(facts: Facts): readonly Rule[] {
  const { status, error } = facts
  if (otherMatterOf(facts)) return []
  // Of an answer that refuses nothing, or for another reason, words and claims say nothing; the rules below look at the status themselves.
  const refused = status === undefined || status === 407 || isRefused(facts) || speaksOfCredentials(facts)
  // What a server says of a token is not about one that was never sent.
  const inUrl = /[?&](access_token|auth|jwt|x-amz-security-token)=./i.test(facts.url) // As Facebook, Firebase and S3 take it.
  const inField = facts.ownFields.some((name) => name.includes('token') && isCalledKey(name)) // GitLab's, Figma's, Shopify's.
  const noToken =
    facts.hasRequest && !inUrl && !inField && facts.token === undefined && facts.scheme === '' && facts.authorization === undefined
  return [
    ...(refused || status === 400 ? credentialsRules : []),
    ...(!refused || noToken || isOfTokenEndpoint(facts) ? [] : [...timeRules, ...tokenRules]),
    ...(!refused || isOfTokenEndpoint(facts) ? [] : [clockRule]),
    ...(refused && noToken && placeOfSignature(facts) ? [signatureRule] : []),
    ...handshakeRules,
    ...(refused || (status === 400 && namedByChallenges.test(error)) ? challengeRules : []),
    ...schemeRules,
    ...wayRules,
    ...answerRules,
    ...refreshRules,
  ]
}

const namedByChallenges = /^(insufficient_\w+|invalid_request|use_dpop_nonce|invalid_dpop_proof)$/

function isDiagnosis(value: unknown): value is Diagnosis {
  return typeof (Object(value) as { cause?: unknown }).cause === 'string'
}

function nothingFound(facts: Facts): Diagnosis {
  const { status, quote } = facts
  const nothing = {
    confidence: 'likely',
    evidence: status === undefined ? [] : [`The status is ${status}.`],
    party: (status ?? 0) < 500 ? 'client' : 'resource server',
    alternatives: [],
  } as const
  if (status !== undefined && status < 400) {
    const confidence = status < 300 ? 'certain' : 'likely' // Where a redirect leads is not seen.
    return { ...nothing, cause: 'not-refused', confidence, summary: 'The request was not refused.', fixes: [] }
  }
  const otherMatter = otherMatterOf(facts) ?? (status === undefined || isRefused(facts) ? undefined : ofStatus(status))
  if (otherMatter)
    return { ...nothing, cause: 'unknown', summary: `${otherMatter.is}: this is not about credentials.`, fixes: [otherMatter.advice] }
  const unknown = { ...nothing, cause: 'unknown', confidence: 'possible' } as const
  if (quote) {
    const fixes = ['Look for these words in the API’s documentation and in its log.']
    return { ...unknown, summary: 'The server gives a reason in its own words.', evidence: [...nothing.evidence, quote], fixes }
  }
  const fixes = ['Hand in more: the response, the text of its body, the request and the tokens.']
  return { ...unknown, summary: 'Nothing here says why.', fixes }
}
