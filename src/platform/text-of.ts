/** A string with something in it: servers say "none" with `null` and `''` too. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value ? value : undefined
}
