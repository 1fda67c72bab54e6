/** Seeds that have broken a rule once, and what was wrong. Every run begins with them, whatever else it runs. */
export const regressions: readonly { readonly seed: number; readonly name: string }[] = [
  { seed: 1658, name: 'a hint was answered by the read that restores, which may be older than the hint' },
]
