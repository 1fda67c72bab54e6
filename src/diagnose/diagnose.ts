import { challengeRules } from './challenge-rules'
import { credentialRules } from './credential-rules'
import type { Confidence, Diagnosis, Finding } from './diagnosis'
import { type DiagnoseInput, evidenceOf } from './evidence'
import { refreshRules } from './refresh-rules'
import { tokenRules } from './token-rules'
import { transportRules } from './transport-rules'

const ranks: readonly Confidence[] = ['certain', 'likely', 'possible']

/**
 * Why was this refused? From a response, the request, the token, an event of the client or an error: whatever is at hand. Pure; nothing of
 * what it returns holds a token, a key or a body. Ambiguous evidence gives several causes, the likelier first, and never a false certainty.
 */
export function diagnose(input: DiagnoseInput): Diagnosis {
  const evidence = evidenceOf(input)
  const rules = [...refreshRules, ...challengeRules, ...credentialRules, ...tokenRules, ...transportRules]
  const found = rules.flatMap((rule) => rule(evidence) ?? [])
  const ranked = ranks.flatMap((rank) => found.filter(({ confidence }) => confidence === rank))
  const [first = unknown(evidence.status), ...others] = ranked
  const alternatives =
    first.confidence === 'certain'
      ? []
      : others.filter(({ cause }, index) => cause !== first.cause && others.findIndex((other) => other.cause === cause) === index)
  return { ...first, alternatives }
}

function unknown(status: number | undefined): Finding {
  const isRefused = status === undefined || status === 401 || status === 403
  return {
    cause: isRefused ? 'unknown' : 'not-refused',
    confidence: 'possible',
    summary: isRefused ? 'The evidence does not say why.' : `A ${status} is not about credentials.`,
    evidence: status === undefined ? [] : [`status ${status}`],
    fixes: isRefused ? ['Hand in the request and the body too', 'Look into the log of the API'] : [],
    party: 'resource server',
  }
}
