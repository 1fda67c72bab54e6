import { exclusion } from './conformance-of-exclusion'
import { hinting } from './conformance-of-hinting'
import { records } from './conformance-of-records'
import { swaps } from './conformance-of-swaps'
import { trouble } from './conformance-of-trouble'
import { waiting } from './conformance-of-waiting'
import type { Ability, StoreConformanceOptions, Way } from './store-test'

/**
 * What a `TokenStore` keeps: compare-and-swap, exclusion, hints, and what it does when its storage is corrupt, broken or silent.
 * Defines one test for each sentence.
 * @example
 * describe('rowStore', () => storeConformance({ create: () => rowStore(freshTable()), it, expect }))
 */
export function storeConformance(options: StoreConformanceOptions): void {
  const { it, expect } = options
  const lacks = options.lacks ?? []
  const has = (needed: Ability | Way): boolean => (isAbility(needed) ? !lacks.includes(needed) : options[needed] != null)
  for (const test of storeTests) {
    if (!test.needs || has(test.needs)) it(test.title, async () => test.run({ store: await options.create(), expect, options }))
  }
}

const storeTests = [...records, ...swaps, ...exclusion, ...waiting, ...hinting, ...trouble]

function isAbility(needed: Ability | Way): needed is Ability {
  return needed === 'markers' || needed === 'atomic writes' || needed === 'fields'
}
