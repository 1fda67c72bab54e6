import { expect } from 'vitest'
import type { Challenge } from '../../src/challenge/challenge'

/** One string for equal challenges: order of challenges counts, order of parameters doesn't, a prototype would show. */
function comparable(challenges: readonly Challenge[]): string {
  return JSON.stringify(
    challenges.map(({ scheme, params, token68, conflict, ...others }) => [
      scheme,
      token68 ?? null,
      conflict ?? null,
      Object.getPrototypeOf(params) === null,
      Object.keys(params)
        .sort()
        .map((name) => [name, params[name]]),
      others,
    ]),
  )
}

/** For the hundred thousandth time too: an assertion only where it fails, naming what was read. */
export function expectSame(found: readonly Challenge[], expected: readonly Challenge[], lines: readonly string[]): void {
  if (comparable(found) !== comparable(expected)) expect(comparable(found), JSON.stringify(lines)).toBe(comparable(expected))
}

/** What the parser should have made of a challenge; parameters in the order received, duplicates included. */
export function challenge(scheme: string, params: readonly (readonly [name: string, value: string])[] = [], token68?: string): Challenge {
  const expected: Record<string, string> = Object.create(null)
  let conflict = false
  for (const [name, value] of params) {
    const key = name.toLowerCase()
    if (!Object.keys(expected).includes(key)) expected[key] = value
    else if (['error', 'scope', 'claims', 'nonce', 'resource_metadata'].includes(key) && expected[key] !== value) conflict = true
  }
  return { scheme, params: expected, ...(token68 === undefined ? {} : { token68 }), ...(conflict ? { conflict } : {}) }
}
