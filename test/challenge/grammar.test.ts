import fc from 'fast-check'
import { describe, it } from 'vitest'
import { parseChallenges } from '../../src/challenge/parse-challenges'
import { runs } from '../support/property'
import { cases, casesTimeout, choices } from './choices'
import { expectSame } from './comparable'
import { field } from './grammar'

describe('parseChallenges, on whatever the grammar allows', () => {
  it(
    'reads exactly what was written, line by line, joined, or from Headers (F68, A22, A24, A26, A27)',
    () => {
      fc.assert(
        fc.property(choices(240), (choices) => {
          const { lines, challenges } = field(choices)

          expectSame(parseChallenges(lines), challenges, lines)
          expectSame(parseChallenges(lines.join(', ')), challenges, lines)
          expectSame(parseChallenges(asHeaders(lines)), challenges, lines)
        }),
        runs(cases),
      )
    },
    casesTimeout,
  )
})

function asHeaders(lines: readonly string[]): Headers {
  const headers = new Headers()
  for (const line of lines) headers.append('WWW-Authenticate', line)
  return headers
}
