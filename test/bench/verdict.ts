/** A figure beside its goal, and beside the bound that CI holds. */
export interface Verdict {
  readonly what: string
  readonly measured: number
  readonly is: 'at most' | 'at least'
  readonly goal: number
  /** Twice the goal; where the goal is out of reach today, what holds with room, so that it gets no worse. */
  readonly gate: number
}

export function isReached({ measured, is, goal }: Verdict): boolean {
  return is === 'at most' ? measured <= goal : measured >= goal
}

export function holds({ measured, is, gate }: Verdict): boolean {
  return is === 'at most' ? measured <= gate : measured >= gate
}

export function sentence(verdict: Verdict): string {
  const { what, measured, is, goal, gate } = verdict
  const state = isReached(verdict) ? 'reached' : holds(verdict) ? 'NOT REACHED' : 'NOT REACHED, and beyond the gate'
  return `${what}: ${Number(measured.toFixed(2))}; goal ${is} ${goal}: ${state} (CI fails ${is === 'at most' ? 'above' : 'below'} ${gate})`
}
