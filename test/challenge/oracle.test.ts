import fc from 'fast-check'
import { describe, it } from 'vitest'
import { parseChallenges } from '../../src/challenge/parse-challenges'
import { runs } from '../support/property'
import { type Choices, cases, casesTimeout, choices } from './choices'
import { expectSame } from './comparable'
import { corpus } from './corpus'
import { oracle } from './oracle'

const PIECES = ['a', 'B', '=', ',', ' ', '"', '\\', '\t', 'a=b', 'Bearer ', ', ', '="', '",', '\\"', 'error', 'error=', 'scope="x"']
const RARE = ['/', '@', '+/=', '\0', '\x1f', '\x7f', '\x80', 'é', 'ÿ', 'Ā', '\ud800', '\n', '\r', '_', '*', '__proto__', '1', ';', ':', "'"]

describe('parseChallenges, beside an oracle written on its own', () => {
  it('agrees on random strings', () => agreeOn((choices) => [pieces(choices, 24)]), casesTimeout)

  it('agrees on random lines', () => agreeOn((choices) => [pieces(choices, 8), pieces(choices, 8), pieces(choices, 8)]), casesTimeout)

  it('agrees on real fields with random damage', () => agreeOn((choices) => [damage(choices, choices.pick(corpus))]), casesTimeout)
})

function agreeOn(write: (choices: Choices) => string[]): void {
  fc.assert(
    fc.property(choices(60), (choices) => {
      const lines = write(choices)

      const challenges = parseChallenges(lines)

      expectSame(challenges, oracle(lines), lines)
    }),
    runs(cases),
  )
}

function pieces(choices: Choices, most: number): string {
  let text = ''
  for (let left = choices.below(most); left > 0; left--) text += choices.pick(choices.once(4) ? RARE : PIECES)
  return text
}

function damage(choices: Choices, field: string): string {
  let text = field
  for (let left = 1 + choices.below(4); left > 0; left--) {
    const from = Math.floor((choices.below(256) / 256) * (text.length + 1))
    const to = from + choices.below(12)
    const insert = choices.pick(['', '', pieces(choices, 4), text.slice(from, to).repeat(2), choices.pick(corpus)])
    text = text.slice(0, from) + insert + text.slice(choices.once(2) ? to : from)
  }
  return text
}
