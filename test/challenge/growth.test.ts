import { describe, expect, it } from 'vitest'
import { parseChallenges } from '../../src/challenge/parse-challenges'
import { growth } from '../support/growth'

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

    expect(growth(parseChallenges, small, large, 6)).toBeLessThanOrEqual(6)
  })
})

function numbered(count: number, write: (number: number) => string): string {
  return Array.from({ length: Math.floor(count) }, (_, number) => write(number)).join(', ')
}
