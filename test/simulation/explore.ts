import { bundle, type Patch } from './bundle'
import { type Scenario, scenarios } from './explore/scenarios'
import type { Explored, explored } from './explore/search'

interface Exploration {
  /** Ways through each scenario. */
  readonly most: number
  /** A planted fault, to see that it is found. */
  readonly patches: readonly Patch[] | undefined
}

/** Every order of events of two tabs and one fault, with a call in each tab, then with two: see protocol.md. False where a rule is broken. */
export async function explore({ most, patches }: Exploration): Promise<boolean> {
  const module = (await import(await bundle('explorer', patches))) as { explored: typeof explored }
  const totals = { states: 0, orders: 0, exhausted: 0, violations: 0 }
  for (const calls of [1, 2])
    for (const { plan, ...scenario } of scenarios) {
      const found = await module.explored({ ...scenario, plan: { ...plan, calls } }, most)
      tell(scenario, calls, found)
      totals.states += found.states
      totals.orders += found.orders
      if (found.isExhaustive) totals.exhausted++
      if (found.violation) totals.violations++
    }
  const { states, orders, exhausted, violations } = totals
  console.log(
    `${states} states, ${orders} orders of events; ${exhausted} of ${2 * scenarios.length} searches exhaustive; ${violations} violations`,
  )
  return violations === 0
}

function tell({ name }: Scenario, calls: number, { states, ways, orders, isExhaustive, violation }: Explored): void {
  const reach = isExhaustive ? 'exhaustive' : `the first ${ways} ways`
  console.log(`${calls === 1 ? 'a call' : `${calls} calls`} in each tab, ${name}: ${states} states, ${orders} orders, ${reach}`)
  if (violation) console.log(`${violation.what}\n${violation.story}`)
}
