/** Where the last line is that a pattern knows; -1 for nowhere. */
export function lastIndex(lines: readonly string[], pattern: RegExp): number {
  return lines.reduce((last, line, index) => (pattern.test(line) ? index : last), -1)
}
