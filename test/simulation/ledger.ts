import { createHash } from 'node:crypto'
import { appendFileSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface Entry {
  /** The path of what was run. */
  readonly bundle: string
  readonly first: number
  readonly count: number
  readonly violations: number
  readonly seconds: number
}

/** Adds a line to `ledger.md`: which seeds were run, and on which code. */
export function record({ bundle, first, count, violations, seconds }: Entry): void {
  const code = createHash('sha256').update(readFileSync(bundle)).digest('hex').slice(0, 12)
  const cells = [code, `${first}–${first + count - 1}`, violations, process.versions.node, seconds]
  appendFileSync(fileURLToPath(new URL('ledger.md', import.meta.url)), `| ${cells.join(' | ')} |\n`)
}
