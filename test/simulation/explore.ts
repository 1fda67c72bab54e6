import { bundle, type Patch } from './bundle'
import { scenarios } from './explore/scenarios'
import type { explored } from './explore/search'

interface Exploration {
  /** Ways through each scenario. */
  readonly most: number
  /** A planted fault, to see that it is found. */
  readonly patches: readonly Patch[] | undefined
}

/** Every order of events of two tabs with two calls each and one fault: see protocol.md. False where a rule is broken. */
export async function explore({ most, patches }: Exploration): Promise<boolean> {
  const module = (await import(await bundle('explorer', patches))) as { explored: typeof explored }
  let violations = 0
  let orders = 0
  let states = 0
  for (const scenario of scenarios) {
    const began = performance.now()
    const found = await module.explored(scenario, most)
    const seconds = ((performance.now() - began) / 1000).toFixed(1)
    const reach = found.isExhaustive ? 'all of them' : `the first ${found.ways} ways`
    console.log(`${scenario.name}: ${found.states} states, ${found.orders} orders of events to their end, ${reach}, ${seconds} s`)
    orders += found.orders
    states += found.states
    if (!found.violation) continue
    violations++
    console.log(`${found.violation.what}\n${found.violation.story}`)
  }
  console.log(`${scenarios.length} scenarios of 2 tabs × 2 calls × 1 fault: ${states} states, ${orders} orders, ${violations} violations`)
  return violations === 0
}
