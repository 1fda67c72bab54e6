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

export function readmeTable(rows: readonly Row[]): string {
  return [
    `| Node ${process.versions.node}, median (middle half) | goal | authenticated-client | the interceptor | published clients |`,
    '|---|---|---|---|---|',
    ...rows.map(({ what, goal, ours, theInterceptor, peers }) => `| ${what} | ${goal} | ${ours} | ${theInterceptor} | ${peers} |`),
  ].join('\n')
}
