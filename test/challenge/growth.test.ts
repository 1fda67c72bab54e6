import { describe, expect, it } from 'vitest'
import { parseChallenges } from '../../src/challenge/parse-challenges'

const KIB = 1024

/**
 * What makes careless parsers slow: long runs, many small parts, and failures that only show at the end. Where every part leaves an
 * object behind, the parts are long: the collector's work isn't ours.
 */
const shapes: Readonly<Record<string, (length: number) => string>> = {
  'commas alone': (length) => ','.repeat(length),
  'blanks behind a scheme': (length) => `Bearer ${' '.repeat(length)}@`,
  'blanks around an equals sign': (length) => `Bearer a${' '.repeat(length / 2)}=${' '.repeat(length / 2)}@`,
  'blanks behind a parameter that needs unescaping': (length) => `Bearer a="\\b"${' '.repeat(length)}@`,
  'blanks and commas behind a parameter': (length) => `Bearer a=b${' \t,'.repeat(length / 3)}@`,
  'one long token': (length) => 'x'.repeat(length),
  'one long name': (length) => `Bearer ${'A'.repeat(length)}=`,
  'one long token68 that fails at its end': (length) => `Bearer ${'x'.repeat(length / 2)}${'='.repeat(length / 2)}@`,
  'one long quoted value': (length) => `Bearer realm="${'x, '.repeat(length / 3)}"`,
  'one long value of quoted-pairs': (length) => `Bearer realm="${'\\xxxxxxx'.repeat(length / 8)}"`,
  'a quote left open': (length) => `Bearer realm="${'x'.repeat(length)}`,
  'a quote left open behind quoted-pairs': (length) => `Bearer realm="${'\\"xxxxxx'.repeat(length / 8)}`,
  'many quotes left open': (length) => 'a="b '.repeat(length / 5),
  'quotes alone': (length) => '"'.repeat(length),
  'backslashes alone': (length) => '\\'.repeat(length),
  'equals signs alone': (length) => '='.repeat(length),
  'many parameters': (length) => `Bearer ${numbered(length / 16, (n) => `p${n}="${n}"`)}`,
  'many parameters called by numbers': (length) => `Bearer ${numbered(length / 14, (n) => `${n * 7919}=x`)}`,
  'many upper-case parameters without commas': (length) => `Bearer ${'A="\\b" '.repeat(length / 7)}@`,
  'many duplicates in conflict': (length) => `Bearer ${numbered(length / 14, (n) => `error=${n}`)}`,
  'many schemes': (length) => `${'S'.repeat(39)},`.repeat(length / 40),
  'many challenges with parameters': (length) => `S a=${'x'.repeat(35)},`.repeat(length / 40),
  'many malformed challenges': (length) => 'S a=b@,'.repeat(length / 7),
  'many malformed parameters': (length) => 'S a,b=@,'.repeat(length / 8),
  'many elements that are neither': (length) => '@,'.repeat(length / 2),
  'many token68': (length) => `S ${'x'.repeat(35)}==,`.repeat(length / 40),
}

describe('parseChallenges', () => {
  it.each(Object.keys(shapes))('takes time in proportion to its input: %s (A21, A22)', (name) => {
    const small = String(shapes[name]?.(64 * KIB))
    const large = String(shapes[name]?.(256 * KIB))

    expect(growth(small, large)).toBeLessThanOrEqual(6)
  })
})

/**
 * How much longer the large one takes, by the best of five and more samples: whatever else the machine does only adds to a sample.
 * Samples of both take about the same time, so that a busy machine adds to both alike.
 */
function growth(small: string, large: string): number {
  const times = timesFor(large, 2)
  let bestOfSmall = Number.POSITIVE_INFINITY
  let bestOfLarge = Number.POSITIVE_INFINITY
  const patience = performance.now() + 5_000
  for (let round = 0; round < 5 || (bestOfLarge / bestOfSmall > 6 && performance.now() < patience); round++) {
    bestOfSmall = Math.min(bestOfSmall, sample(small, times * 4) / 4)
    bestOfLarge = Math.min(bestOfLarge, sample(large, times))
  }
  return bestOfLarge / bestOfSmall
}

function timesFor(text: string, milliseconds: number): number {
  let times = 1
  while (sample(text, times) < milliseconds) times *= 2
  return times
}

/** Milliseconds of processor time, which doesn't pass while other processes run. */
function sample(text: string, times: number): number {
  const start = process.cpuUsage()
  for (let left = times; left > 0; left--) parseChallenges(text)
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}

function numbered(count: number, write: (number: number) => string): string {
  return Array.from({ length: Math.floor(count) }, (_, number) => write(number)).join(', ')
}
