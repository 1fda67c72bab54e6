import { readFileSync } from 'node:fs'
import { bundle, type Patch } from './bundle'
import { crew } from './crew'
import { scenarios } from './explore/scenarios'
import type { Bounds } from './explore/search'
import type { Searched, SmallWorlds } from './worker'

interface Exploration {
  /** For each scenario. */
  readonly bounds: Bounds
  /** A part of the names of scenarios: all others are left out. */
  readonly only: string | undefined
  readonly workers: number
  /** A planted fault, to see that it is found. */
  readonly patches: readonly Patch[] | undefined
}

/** Every order of events of two tabs and one fault, with a call in each tab, then with two: see protocol.md. False where a rule is broken. */
export async function explore({ bounds, only, workers, patches }: Exploration): Promise<boolean> {
  const began = performance.now()
  const totals = { searches: 0, exhaustive: 0, states: 0, steps: 0, executed: 0, ends: 0, violations: 0 }
  const jobs = [1, 2].flatMap((calls) =>
    scenarios
      .filter(({ name }) => name.includes(only ?? ''))
      .map(({ plan, ...scenario }): SmallWorlds => ({ scenario: { ...scenario, plan: { ...plan, calls } }, bounds })),
  )
  const taken = new Set<string>()
  const team = crew<SmallWorlds, Searched>(await bundle('explorer', patches), workers)
  await team.work(jobs, (searched) => {
    tell(searched)
    const { isExhaustive, violations, arrows, ...counts } = searched.explored
    totals.searches++
    if (isExhaustive) totals.exhaustive++
    totals.violations += violations.length
    for (const arrow of arrows) taken.add(arrow)
    for (const name of ['states', 'steps', 'executed', 'ends'] as const) totals[name] += counts[name]
    return false
  })
  await team.dismiss()
  const { searches, exhaustive, states, steps, executed, ends, violations } = totals
  console.log(
    `${states} states, ${steps} steps between them (${executed} executed), ${ends} ends; ${exhaustive} of ${searches} searches exhaustive; ` +
      `${violations} violations; ${Math.round((performance.now() - began) / 1000)} s`,
  )
  const drawn = arrowsOnPage()
  const missing = [...taken].filter((arrow) => !drawn.has(arrow))
  console.log(`${taken.size} of ${drawn.size} arrows that protocol.md draws for a session, and to the ends of a flight, were taken`)
  for (const arrow of missing) console.log(`protocol.md does not draw ${arrow}`)
  return violations + missing.length === 0
}

/** Those of a session whole; those of a flight by where they end, since no event tells of what is between. */
function arrowsOnPage(): ReadonlySet<string> {
  const [, session = '', flight = ''] = readFileSync(new URL('./protocol.md', import.meta.url), 'utf8').split('```mermaid')
  const arrowsOf = (text: string): string[] => [...text.matchAll(/^ {2}(\w+ --> \w+)$/gm)].map(([, arrow = '']) => arrow)
  const flights = arrowsOf(flight).map((arrow) => arrow.split(' '))
  const ends = flights.filter(([, , to]) => flights.every(([from]) => from !== to))
  return new Set([...arrowsOf(session), ...ends.map(([, , to]) => `--> ${to}`)])
}

function tell({ scenario: { name, plan }, explored }: Searched): void {
  const { states, steps, executed, ends, isExhaustive, violations, story } = explored
  const calls = plan?.calls === 1 ? 'a call' : `${plan?.calls} calls`
  const reach = isExhaustive ? 'exhaustive' : 'not exhaustive'
  console.log(`${calls} in each tab, ${name}: ${states} states, ${steps} steps (${executed} executed), ${ends} ends, ${reach}`)
  for (const violation of violations) console.log(violation)
  if (story) console.log(story)
}
