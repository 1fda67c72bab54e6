import type { Figure } from './figure'
import type { Stage } from './stage'

/** One scene of the story: it promises something, does it on real servers, and hands in the figures. */
export interface Act {
  readonly id: string
  readonly title: string
  /** In a sentence. The figures say it in numbers. */
  readonly promise: string
  run(stage: Stage): Promise<readonly Figure[]>
}

export interface ActResult {
  readonly id: string
  readonly title: string
  readonly figures: readonly Figure[]
  /** What stopped the act before its figures were in. */
  readonly failure?: string | undefined
  readonly held: boolean
  /** In milliseconds. */
  readonly took: number
}
