import { expect, it } from 'vitest'
import { bundle } from '../bundle'
import { mutants } from '../mutants/all'
import type { done, Searched } from '../worker'
import { NumberSet } from './number-set'
import { scenarios } from './scenarios'
import type { Explored } from './search'

const most = 100_000

it('knows without executing it what the product does', async () => {
  // Each step that was predicted is executed, and it throws where the prediction was wrong.
  const plain = await searched('nothing goes wrong', { isPlain: true })
  const spared = await searched('nothing goes wrong', { isPlain: false })

  expect(plain).toMatchObject({ isExhaustive: true, violations: [] })
  expect(spared).toMatchObject({ isExhaustive: true, violations: [] })
  expect(spared.executed).toBeLessThan(plain.steps)
})

it.each([
  ['takes no lock', 'nothing goes wrong'],
  ['takes 503 for a refusal', 'the token endpoint says 503'],
])('finds all that a client breaks that %s, as a search does that spares nothing', async (mutant, name) => {
  const plain = await searched(name, { isPlain: true, mutant })
  const spared = await searched(name, { isPlain: false, mutant })

  expect(plain.violations).not.toEqual([])
  expect(spared.violations).toEqual(plain.violations)
  expect(spared.story).toContain('!!')
})

it('keeps numbers that are larger than a bit operation takes', () => {
  const set = new NumberSet()
  const numbers = Array.from({ length: 100_000 }, (_, index) => index * 2 ** 33 + 1)

  expect(numbers.every((number) => set.add(number))).toBe(true)
  expect(numbers.some((number) => set.add(number))).toBe(false)
  expect(set.size).toBe(numbers.length)
})

async function searched(name: string, { isPlain, mutant }: { isPlain: boolean; mutant?: string }): Promise<Explored> {
  const { plan, ...scenario } = scenarios.find((one) => one.name === name)!
  const { patches } = mutants.find((one) => one.name === mutant) ?? {}
  const module = (await import(await bundle('searched', patches))) as { done: typeof done }
  const found = (await module.done({ scenario: { ...scenario, plan: { ...plan, calls: 1 } }, bounds: { most, isPlain } })) as Searched
  return found.explored
}
