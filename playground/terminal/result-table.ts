import type picocolors from 'picocolors'
import type { ActResult } from '../story/act'
import { isHeld } from '../story/figure'

type Colors = ReturnType<typeof picocolors.createColors>

/** What was promised and what happened: one row for each act, and one for each of its figures. */
export function resultTable(results: readonly ActResult[], colors: Colors): string {
  const { bold, dim, green, red } = colors
  const rows = results.flatMap(({ title, figures, held, failure }) => [
    { cells: [held ? `✓ ${title}` : `✗ ${title}`, '', ''], paint: held ? green : red },
    ...(failure === undefined ? [] : [{ cells: [`    ${failure}`, '', ''], paint: red }]),
    ...figures.map((figure) => ({
      cells: [`    ${figure.what}`, `${figure.promised}`, `${figure.happened}`],
      paint: isHeld(figure) ? dim : red,
    })),
  ])
  const all = [{ cells: ['', 'promised', 'happened'], paint: bold }, ...rows]

  const widths = [0, 1, 2].map((column) => Math.max(...all.map(({ cells }) => cells[column]?.length ?? 0)))
  const pad = (cell: string, column: number): string => {
    const width = widths[column] ?? 0
    return column === 0 ? cell.padEnd(width) : cell.padStart(width)
  }
  return all.map(({ cells, paint }) => paint(cells.map(pad).join('  ').trimEnd())).join('\n')
}
