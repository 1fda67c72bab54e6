/** What became of one contestant. */
export interface Line {
  readonly name: string
  readonly leavesLogoutToTheApp: boolean
  readonly signedOut: number
  readonly recovered: number
  /** Cases in which it never asked the token endpoint while the fault lasted. */
  readonly unmet: number
  readonly of: number
}

/** One row for all that did alike. */
export function table(lines: readonly Line[]): string {
  const rows = new Map<string, string[]>()
  for (const { name, leavesLogoutToTheApp, signedOut, recovered, of } of lines) {
    const result = `${signedOut} of ${of}${leavesLogoutToTheApp ? ', left to the app' : ''} | ${recovered} of ${of}`
    rows.set(result, [...(rows.get(result) ?? []), name])
  }
  return [
    '| client | signed out | recovered |',
    '|---|---|---|',
    ...[...rows].map(([result, names]) => `| ${names.join('; ')} | ${result} |`),
  ].join('\n')
}
