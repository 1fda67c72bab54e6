import type { Row, Table } from './measure.ts'

export function inColumns(table: Table): string {
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)))
  return table
    .map((row) =>
      row
        .map((cell, column) => (column ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** A run of some measures leaves the rows of the others as they were. */
export function readmeTable(rows: readonly Row[], before: string): string {
  const [, , ...stood] = before.split('\n').filter((line) => line.startsWith('|'))
  const lines = new Map(stood.map((line) => [line.split(' | ')[0]!, line]))
  for (const { what, goal, ours, theInterceptor, peers } of rows)
    lines.set(`| ${what}`, `| ${what} | ${goal} | ${ours} | ${theInterceptor} | ${peers} |`)
  return [
    `| Node ${process.versions.node}, median (middle half) | goal | authenticated-client | the interceptor | published clients |`,
    '|---|---|---|---|---|',
    ...lines.values(),
  ].join('\n')
}
