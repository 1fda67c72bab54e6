import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { writeIntoReadme } from '../support/write-into-readme.ts'
import type { Contestant } from './contestant.ts'
import { bareFetch } from './contestants/bare-fetch.ts'
import { ours } from './contestants/ours.ts'
import { theInterceptor } from './contestants/the-interceptor.ts'
import type { Field, Result } from './measure.ts'
import { measures } from './measures.ts'
import { inColumns, readmeTable } from './table.ts'
import { holds, sentence } from './verdict.ts'

// npm run bench [-- --only storms] [-- --gate] [-- --write]: what the client costs, and what it holds, beside bare fetch, the
// interceptor and published clients. `--gate` is quick, and fails where a figure is beyond its bound three times in a row.
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    gate: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
})
const peers = values.gate ? [] : await installedPeers()
const field: Field = {
  bareFetch,
  theInterceptor,
  ours,
  peers,
  all: [bareFetch, theInterceptor, ours, ...peers],
  isQuick: values.gate,
  progress: shownNowAndThen(),
}
// What a peer warns about would bury the tables; nor may its stray rejection end the run for the others.
if (peers.length) {
  console.warn = () => {}
  process.on('unhandledRejection', () => {})
}
console.log(`Node ${process.version}; figures are medians of interleaved rounds, the middle half in parentheses.\n`)

const results: Result[] = []
for (const measure of measures.filter(({ name }) => name.includes(values.only))) {
  const began = Date.now()
  let result = await measure.run(field)
  for (let tries = 1; values.gate && tries < 3 && !result.verdicts.every(holds); tries++) result = await measure.run(field)
  results.push(result)
  for (const table of result.tables) console.log(`${inColumns(table)}\n`)
  for (const verdict of result.verdicts) console.log(sentence(verdict))
  console.log(`(${measure.name}: ${Math.round((Date.now() - began) / 1000)} s)\n`)
}

const rows = results.flatMap((result) => result.rows)
const verdicts = results.flatMap((result) => result.verdicts)
if (values.write) writeIntoReadme('bench', (before) => readmeTable(rows, before))
if (values.gate && !verdicts.every(holds)) throw new Error('A figure is beyond its bound')
// What hangs for ever would keep the process.
process.exit(0)

async function installedPeers(): Promise<readonly Contestant[]> {
  const folder = new URL('../peers/', import.meta.url)
  if (!existsSync(new URL('node_modules', folder))) {
    console.log('Without the published clients: npm ci --prefix test/peers brings them.')
    return []
  }
  return ((await import(new URL('bench/contestants.ts', folder).href)) as { contestants: readonly Contestant[] }).contestants
}

/** One line every ten seconds, so that a long measure can be told from a stuck one. */
function shownNowAndThen(): (text: string) => void {
  let last = Date.now()
  return (text) => {
    if (Date.now() - last < 10_000) return
    last = Date.now()
    console.log(`… ${text}`)
  }
}
