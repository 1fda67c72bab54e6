import type { Confidence, DiagnosedCause, Party } from './diagnosis'
import type { Facts } from './facts'

/** One cause: how to see it, and what to do about it. */
export interface Rule {
  readonly cause: DiagnosedCause
  readonly party: Party
  readonly summary: string
  readonly fixes: readonly string[]
  /** What speaks for it; nothing where nothing does. */
  readonly find: (facts: Facts) => Finding | undefined
}

export interface Finding {
  /** From 0 to 100, for the order among causes. */
  readonly weight: number
  readonly evidence: readonly string[]
  /** In place of the rule's own, where the facts say more. */
  readonly instead?: Instead | undefined
}

type Instead = Partial<Pick<Rule, 'party' | 'summary' | 'fixes'>>

/** A finding where the condition holds. */
export function when(condition: unknown, weight: number, evidence: string | readonly string[], instead?: Instead): Finding | undefined {
  if (!condition) return undefined
  return { weight, evidence: typeof evidence === 'string' ? [evidence] : evidence, instead }
}

/** 90 and more is kept for what was seen, not concluded. */
export function confidenceOf(weight: number): Confidence {
  return weight >= 90 ? 'certain' : weight >= 60 ? 'likely' : 'possible'
}
