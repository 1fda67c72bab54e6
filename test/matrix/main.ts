import { existsSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { writeIntoReadme } from '../support/write-into-readme.ts'
import { faults } from './faults.ts'
import { ours } from './ours.ts'
import { type Contestant, type Outcome, run, standings } from './run.ts'
import { type Line, table } from './table.ts'

// npm run matrix [-- --only ky] [-- --faults gzip] [-- --write]: transient faults at the token endpoint, and who signs out for them.
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    faults: { type: 'string', default: '' },
    details: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
})
const peers = new URL('../peers/', import.meta.url)
// Those who hang without end get this long; the longest cool-down among them is a minute.
const patience = { call: 40_000, recovery: 90_000, pause: 1_000 }
// A peer that warns about each failure would bury the table.
console.warn = () => {}
// Nor may its stray rejection end the run for the others.
process.on('unhandledRejection', () => {})

const lines: Line[] = []
for (const contestant of await contestants()) {
  if (contestant.name.includes(values.only)) lines.push(await measure(contestant))
}
console.log(`\n${table(lines)}`)
if (values.write) writeIntoReadme('false logouts', table(lines))
// What hangs for ever would keep the process.
process.exit(lines.some(({ name, signedOut }) => name.startsWith('authenticated-client') && signedOut > 0) ? 1 : 0)

async function measure(contestant: Contestant): Promise<Line> {
  const cases = Object.keys(faults)
    .filter((name) => name.includes(values.faults))
    .flatMap((name) => standings.map((standing) => ({ name, standing })))
  const began = Date.now()
  const outcomes: Outcome[] = await Promise.all(
    cases.map(async ({ name, standing }) => {
      const outcome = await run(contestant, faults[name]!, standing, patience)
      if (values.details) console.log(contestant.name, standing, name, JSON.stringify(outcome))
      return outcome
    }),
  )
  const count = (test: (outcome: Outcome) => boolean): number => outcomes.filter(test).length
  const line: Line = {
    name: contestant.name,
    leavesLogoutToTheApp: contestant.leavesLogoutToTheApp ?? false,
    signedOut: count(({ isSignedOut }) => isSignedOut),
    recovered: count(({ hasRecovered }) => hasRecovered),
    unmet: count(({ hasMetFault }) => !hasMetFault),
    of: cases.length,
  }
  console.log(`${JSON.stringify(line)} after ${Math.round((Date.now() - began) / 1000)} s`)
  return line
}

async function contestants(): Promise<readonly Contestant[]> {
  const own = [ours()]
  if (!existsSync(new URL('node_modules', peers))) {
    console.log('Without the peers: npm ci --prefix test/peers brings them.')
    return own
  }
  const { contestants } = (await import(new URL('matrix/contestants.ts', peers).href)) as { contestants: readonly Contestant[] }
  const { devDependencies } = JSON.parse(readFileSync(new URL('package.json', peers), 'utf8')) as {
    devDependencies: Record<string, string>
  }
  const versioned = contestants.map((contestant) => {
    const [, module = ''] = /^([^ ,]+)/.exec(contestant.name) ?? []
    return { ...contestant, name: contestant.name.replace(module, `${module} ${devDependencies[module]}`) }
  })
  return [...own, ...versioned]
}
