import { describe, expect, it } from 'vitest'
import { isScheme } from '../../src/challenge/challenge'
import { parseChallenges } from '../../src/challenge/parse-challenges'
import { challenge } from './comparable'

describe('parseChallenges', () => {
  it('keeps the scheme as received and lets isScheme compare it in any letter case', () => {
    const [lower, upper, mixed] = parseChallenges('bearer a=1, BEARER a=2, BeArEr a=3')

    expect([lower?.scheme, upper?.scheme, mixed?.scheme]).toEqual(['bearer', 'BEARER', 'BeArEr'])
    expect([lower, upper, mixed].every((each) => each !== undefined && isScheme(each, 'Bearer'))).toBe(true)
    expect(parseChallenges('Bear').some((each) => isScheme(each, 'Bearer'))).toBe(false)
  })

  it('writes parameter names in lower case and leaves values alone', () => {
    expect(parseChallenges('Bearer REALM="Example", Error_Description=Expired')).toEqual([
      challenge('Bearer', [
        ['realm', 'Example'],
        ['error_description', 'Expired'],
      ]),
    ])
  })

  it('accepts token and quoted-string for every parameter', () => {
    for (const field of ['Bearer realm=x, max_age=5, error=invalid_token', 'Bearer realm="x", max_age="5", error="invalid_token"']) {
      expect(parseChallenges(field)[0]?.params).toEqual({ realm: 'x', max_age: '5', error: 'invalid_token' })
    }
  })

  it.each(['0', '5', '-1', 'soon'])('hands on max_age %s as it is: whoever acts on it judges it', (value) => {
    expect(parseChallenges(`Bearer max_age=${value}, a="b"`)[0]?.params).toEqual({ max_age: value, a: 'b' })
  })

  it.each([
    ['Negotiate abc=', 'abc='],
    ['Negotiate abc', 'abc'],
    ['Negotiate   -._~+/09AZaz====  , Basic', '-._~+/09AZaz===='],
    ['Negotiate /', '/'],
    ['Bearer realm=', 'realm='],
    ['Bearer realm= , Basic', 'realm='],
  ])('reads %s as a token68', (field, token68) => {
    const [first] = parseChallenges(field)

    expect(first).toEqual(challenge(field.slice(0, field.indexOf(' ')), [], token68))
  })

  it('distinguishes a parameter from a token68', () => {
    expect(parseChallenges('Negotiate abc=d, Basic')).toEqual([challenge('Negotiate', [['abc', 'd']]), challenge('Basic')])
    expect(parseChallenges('Negotiate abc= d')).toEqual([challenge('Negotiate', [['abc', 'd']])])
    expect('token68' in (parseChallenges('Bearer a=b')[0] ?? {})).toBe(false)
  })

  it('reads a scheme without anything else, Bearer too', () => {
    expect(parseChallenges('Bearer')).toEqual([challenge('Bearer')])
    expect(parseChallenges('  Negotiate\t,NTLM,  Bearer ')).toEqual([challenge('Negotiate'), challenge('NTLM'), challenge('Bearer')])
    expect(Object.keys(parseChallenges('Bearer realm="example"')[0]?.params ?? {})).not.toContain('error')
  })

  it('reads what follows an unknown scheme', () => {
    expect(parseChallenges('Fancy!#1 zap="x, y", Bearer error="invalid_token"')).toEqual([
      challenge('Fancy!#1', [['zap', 'x, y']]),
      challenge('Bearer', [['error', 'invalid_token']]),
    ])
  })

  it('keeps the order of all challenges in one line or many (F68)', () => {
    const challenges = [challenge('Basic', [['realm', 'a']]), challenge('Bearer', [['error', 'invalid_token']]), challenge('DPoP')]

    expect(parseChallenges('Basic realm="a", Bearer error="invalid_token", DPoP')).toEqual(challenges)
    expect(parseChallenges(['Basic realm="a"', 'Bearer error="invalid_token", DPoP'])).toEqual(challenges)
    expect(parseChallenges(['Basic realm="a"', '', 'Bearer error="invalid_token"', ' , ', 'DPoP'])).toEqual(challenges)
  })

  it('reads the joined lines of Headers, and of anything that reads like them', () => {
    const headers = new Headers([['content-type', 'text/plain']])
    headers.append('WWW-Authenticate', 'Basic realm="a"')
    headers.append('www-authenticate', 'Bearer error="invalid_token"')
    const polyfill = { values: new Map([['www-authenticate', 'DPoP']]), get: (name: string) => polyfill.values.get(name) ?? null }

    expect(parseChallenges(headers)).toEqual([challenge('Basic', [['realm', 'a']]), challenge('Bearer', [['error', 'invalid_token']])])
    expect(parseChallenges(new Headers())).toEqual([])
    expect(parseChallenges(polyfill as unknown as Headers)).toEqual([challenge('DPoP')])
  })

  it.each(['', ' ', ',', ' , ,\t,', ', ,, '])('makes no challenge of an empty list (%j)', (field) => {
    expect(parseChallenges(field)).toEqual([])
  })

  it('skips empty list elements before, between and after', () => {
    expect(parseChallenges(', ,Bearer')).toEqual([challenge('Bearer')])
    expect(parseChallenges(' ,, Basic , , realm="a" ,\t, ,charset="UTF-8",, , Bearer ,,')).toEqual([
      challenge('Basic', [
        ['realm', 'a'],
        ['charset', 'UTF-8'],
      ]),
      challenge('Bearer'),
    ])
    expect(parseChallenges('Basic, realm="a"')).toEqual([challenge('Basic', [['realm', 'a']])])
  })

  it('removes blanks around the equals sign', () => {
    expect(parseChallenges('Basic realm  =\t"a" , charset\t= UTF-8')).toEqual([
      challenge('Basic', [
        ['realm', 'a'],
        ['charset', 'UTF-8'],
      ]),
    ])
  })

  it('reads a parameter with a blank before its equals sign as one, never as a new scheme', () => {
    expect(parseChallenges('Basic realm="a", Bearer = x')).toEqual([
      challenge('Basic', [
        ['realm', 'a'],
        ['bearer', 'x'],
      ]),
    ])
    expect(parseChallenges('Bearer =x')).toEqual([])
  })

  it('replaces a quoted-pair by its character, whatever that is', () => {
    expect(parseChallenges('Bearer a="\\"\\\\", b="\\n\\,\\ \\\t\\é", c="x\\\\", d=""')).toEqual([
      challenge('Bearer', [
        ['a', '"\\'],
        ['b', 'n, \té'],
        ['c', 'x\\'],
        ['d', ''],
      ]),
    ])
  })

  it('never reads a challenge out of quotes (A24)', () => {
    expect(parseChallenges('Basic realm="x, Bearer error=\\"invalid_token\\""')).toEqual([
      challenge('Basic', [['realm', 'x, Bearer error="invalid_token"']]),
    ])
    expect(parseChallenges('Basic realm="\\\\\\", Bearer error=invalid_token, x=\\"", Digest')).toEqual([
      challenge('Basic', [['realm', '\\", Bearer error=invalid_token, x="']]),
      challenge('Digest'),
    ])
    expect(parseChallenges('Basic realm="=,= Bearer", Bearer')).toEqual([
      challenge('Basic', [['realm', '=,= Bearer']]),
      challenge('Bearer'),
    ])
  })

  it('compares parameter names whole (A25)', () => {
    const [bearer] = parseChallenges('Bearer x_error="invalid_token", nottherealm="x", error_description="error=1", xscope=a')

    expect(bearer?.params).toEqual({ x_error: 'invalid_token', nottherealm: 'x', error_description: 'error=1', xscope: 'a' })
    expect(bearer?.params.error).toBeUndefined()
  })

  it('gives a parameter to the scheme it stands behind', () => {
    expect(parseChallenges('DPoP algs="ES256", error="use_dpop_nonce"')[0]?.params).toEqual({ algs: 'ES256', error: 'use_dpop_nonce' })
    expect(parseChallenges('Bearer realm="a", DPoP error="use_dpop_nonce"')[0]?.params).toEqual({ realm: 'a' })
  })

  it.each(['error', 'scope', 'claims', 'nonce', 'resource_metadata'])(
    'keeps the first %s and reports a conflict with another (A26)',
    (name) => {
      expect(parseChallenges(`Bearer ${name}="a", ${name.toUpperCase()}="b", ${name}=a`)).toEqual([
        { ...challenge('Bearer', [[name, 'a']]), conflict: true },
      ])
      expect(parseChallenges(`Bearer ${name}="", ${name}="b"`)[0]).toEqual({ ...challenge('Bearer', [[name, '']]), conflict: true })
      expect(parseChallenges(`Bearer ${name}="a", ${name}=a`)).toEqual([challenge('Bearer', [[name, 'a']])])
      expect(parseChallenges(`Bearer ${name}="a", Bearer ${name}="b"`).some(({ conflict }) => conflict)).toBe(false)
    },
  )

  it('keeps the first of any other duplicate and says nothing (A26)', () => {
    for (const name of ['realm', 'x_error', 'errors', 'scope_', 'nonce2']) {
      const [bearer] = parseChallenges(`Bearer ${name}="a", ${name}="b"`)

      expect(bearer).toEqual(challenge('Bearer', [[name, 'a']]))
      expect('conflict' in (bearer ?? {})).toBe(false)
    }
  })

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('treats %s as a parameter like any other (A27)', (name) => {
    const [bearer] = parseChallenges(`Bearer ${name}="polluted", ${name}="again", a=b`)

    expect(Object.getPrototypeOf(bearer?.params)).toBeNull()
    expect(Object.entries(bearer?.params ?? {})).toEqual([
      [name.toLowerCase(), 'polluted'],
      ['a', 'b'],
    ])
    expect(parseChallenges('Bearer')[0]?.params.constructor).toBeUndefined()
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  it('allows obs-text between quotes and doesn’t decode it', () => {
    expect(parseChallenges('Basic realm="f\u00c3\u00b6\u00f6\u0080\u00ff", x="日本"')[0]?.params).toEqual({
      realm: 'f\u00c3\u00b6\u00f6\u0080\u00ff',
      x: '日本',
    })
    expect(parseChallenges('Basic realm=é')).toEqual([])
  })

  it('has no limit of its own: a realm of 33 KiB, 5,000 parameters, 5,000 challenges (A21)', () => {
    const realm = 'x"\\, '.repeat(6_600)
    const escaped = realm.replace(/["\\]/g, '\\$&')
    const many = Array.from({ length: 5_000 }, (_, number) => number)

    expect(parseChallenges(`Basic realm="${escaped}", a=b`)).toEqual([
      challenge('Basic', [
        ['realm', realm],
        ['a', 'b'],
      ]),
    ])
    expect(Object.keys(parseChallenges(`Basic ${many.map((number) => `p${number}="${number}"`).join()}`)[0]?.params ?? {})).toHaveLength(
      5_000,
    )
    expect(parseChallenges(many.map((number) => `S${number} a=${number}`).join())).toHaveLength(5_000)
  })

  it.each([
    undefined,
    null,
    5,
    Number.NaN,
    true,
    Symbol('x'),
    5n,
    {},
    { get: 5 },
    new Date(0),
    () => 'Bearer',
    [[]],
    [null, 5, ['Bearer']],
  ])('answers what is no field with an empty list (%o)', (value) => {
    expect(parseChallenges(value as unknown as string)).toEqual([])
  })

  it('reads the strings of an array that holds something else too', () => {
    expect(parseChallenges([null, 'Bearer', 5, ['Basic']] as unknown as string[])).toEqual([challenge('Bearer')])
  })
})
