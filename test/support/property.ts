/** Parameters for fast-check: the same cases in every run, other ones each time in `npm run prove`, which prints the seed of what fails. */
export function runs(numRuns: number): { readonly numRuns: number; readonly seed?: number } {
  return { numRuns, ...(process.env.PROVE_CASES === undefined && { seed: 1 }) }
}
