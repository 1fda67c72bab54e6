import { readFileSync, writeFileSync } from 'node:fs'
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

const between = /(<!-- bench -->\n).*?(<!-- end -->)/s

/** Puts a table between the marks in a file. */
export function writeInto(path: string, table: string): void {
  const text = readFileSync(path, 'utf8')
  if (!between.test(text)) throw new Error(`${path} has no place for the table`)
  writeFileSync(
    path,
    text.replace(between, (_, start: string, end: string) => `${start}${table}\n${end}`),
  )
}
