import type { Confidence, DiagnosedCause, Finding, Party } from './diagnosis'
import type { Evidence } from './evidence'

/** Reads the facts, and says what it finds; pure. */
export type Rule = (evidence: Evidence) => Finding | undefined

/** `undefined` where it doesn't apply. */
export function finding(
  applies: unknown,
  cause: DiagnosedCause,
  confidence: Confidence,
  party: Party,
  summary: string,
  evidence: readonly (string | false | undefined)[],
  fixes: readonly string[],
): Finding | undefined {
  return applies ? { cause, confidence, summary, evidence: evidence.filter((fact) => typeof fact === 'string'), fixes, party } : undefined
}

/** Whether a challenge of that scheme, or of any, carries one of these errors. */
export function hasError({ challenges }: Evidence, pattern: RegExp): boolean {
  return challenges.some(({ params }) => pattern.test(params.error ?? ''))
}

/** All that servers say in words: descriptions and bodies. For looking, never for showing. */
export function words({ challenges, body }: Evidence): string {
  return [...challenges.map(({ params }) => `${params.error ?? ''} ${params.error_description ?? ''}`), body.words].join(' ')
}
