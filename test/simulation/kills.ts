import { readFileSync, writeFileSync } from 'node:fs'
import type { Mutant } from './mutants/mutant'

/** What killed a mutant first. */
export interface Kill {
  readonly seed: number
  readonly invariant: string
}

const table = new URL('./mutants/kills.md', import.meta.url)

const head = `# Mutants

Concurrency faults, planted in the product's source where only the simulation's bundle has them, and what kills each first.
Recorded by \`npm run simulate -- --mutants --search --seeds 50000\`; CI runs these seeds (\`npm run simulate -- --mutants\`).
\`npm run simulate -- --story --mutant "…" --seed N\` tells the story.

| A client that … | is killed at seed | by |
|---|---|---|
`

/** The recorded table, by mutant. */
export function readKills(): Map<string, Kill> {
  const rows = readFileSync(table, 'utf8').matchAll(/^\| (.+) \| (\d+) \| (.+) \|$/gm)
  return new Map([...rows].map(([, name = '', seed, invariant = '']) => [name, { seed: Number(seed), invariant }]))
}

/** Those that nothing has killed yet are left out. */
export function writeKills(mutants: readonly Mutant[], kills: ReadonlyMap<string, Kill>): void {
  const rows = mutants.flatMap(({ name }) => {
    const kill = kills.get(name)
    return kill ? [`| ${name} | ${kill.seed} | ${kill.invariant} |\n`] : []
  })
  writeFileSync(table, head + rows.join(''))
}
