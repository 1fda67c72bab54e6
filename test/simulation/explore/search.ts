import { Choices } from './choices'
import type { Scenario } from './scenarios'
import { runSmallWorld } from './small-world'

export interface Explored {
  readonly states: number
  /** Ways that were gone to their end; the others have joined one of them. */
  readonly orders: number
  readonly ways: number
  readonly isExhaustive: boolean
  /** The first violation, and its story. */
  readonly violation?: { readonly what: string; readonly story: string; readonly choices: readonly number[] } | undefined
}

/** Goes every way through the scenario, each state once, until all were gone or `most` ways, or a rule is broken. */
export async function explored(scenario: Scenario, most: number): Promise<Explored> {
  Error.stackTraceLimit = 4
  const choices = new Choices()
  const visited = new Set<string>()
  let ways = 0
  let orders = 0
  for (let goesOn = true; goesOn && ways < most; goesOn = choices.next()) {
    const world = await runSmallWorld(scenario, choices, visited)
    ways++
    if (world) orders++
    const [violation] = world?.violations ?? []
    if (world && violation) {
      const what = `${violation.invariant}: ${violation.what}`
      return {
        states: visited.size,
        orders,
        ways,
        isExhaustive: false,
        violation: { what, story: world.story.read(), choices: choices.taken },
      }
    }
  }
  return { states: visited.size, orders, ways, isExhaustive: ways < most }
}
