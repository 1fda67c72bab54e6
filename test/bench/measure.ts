import type { Contestant } from './contestant.ts'
import type { Verdict } from './verdict.ts'

/** Who takes part, and how long it may last. */
export interface Field {
  readonly bareFetch: Contestant
  readonly theInterceptor: Contestant
  readonly ours: Contestant
  readonly peers: readonly Contestant[]
  readonly all: readonly Contestant[]
  /** For the gate: as little as still says something. */
  readonly isQuick: boolean
  progress(text: string): void
}

/** One row of the README's table. */
export interface Row {
  readonly what: string
  readonly goal: string
  readonly ours: string
  readonly theInterceptor: string
  readonly peers: string
}

export interface Result {
  readonly tables: readonly Table[]
  readonly rows: readonly Row[]
  readonly verdicts: readonly Verdict[]
}

/** Its first row names the columns. */
export type Table = readonly (readonly string[])[]

export interface Measure {
  readonly name: string
  run(field: Field): Promise<Result>
}

/** Who has the same figure is named together. */
export function grouped(figures: readonly (readonly [name: string, figure: string])[]): string {
  const names = new Map<string, string[]>()
  for (const [name, figure] of figures) names.set(figure, [...(names.get(figure) ?? []), name])
  return [...names].map(([figure, who]) => `${figure} ${who.join(', ')}`).join('; ') || '–'
}
