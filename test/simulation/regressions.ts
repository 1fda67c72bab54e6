/** Seeds that have broken a rule once, and what was wrong. Every run begins with them, whatever else it runs. */
export const regressions: readonly { readonly seed: number; readonly name: string }[] = [
  { seed: 1658, name: 'a hint was answered by the read that restores, which may be older than the hint' },
  { seed: 62177, name: 'the write of a logout landed after the logout had given up, and was taken for nobody’s' },
]
