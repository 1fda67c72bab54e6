import { describe, expect, it } from 'vitest'
import { allowedTarget, endpointTest, startsWithOne } from '../../src/pipeline/allowed-origins.ts'

const allowed = ['https://api.example.com', 'https://other-api.example:8443', 'http://[::1]']
const target = allowedTarget(allowed, () => 'https://api.example.com/v1/page')

describe('an allowed target', () => {
  it.each([
    ...allowed,
    'https://api.example.com/a/../b',
    'https://api.example.com?q=/a/../b',
    'https://api.example.com#f',
    'https://other-api.example:8443/a/../b',
    'http://[::1]/a/../b',
  ])('%s is sent exactly as it is spelled', (input) => {
    expect(target(input)).toBe(input)
  })

  it.each(['/', '/a', '/a/../b?q#f', '/long/path'])('%s is sent on the origin of the base, else as it is spelled', (input) => {
    expect(target(input)).toBe(`https://api.example.com${input}`)
  })

  it.each([
    ['/a\tb', 'https://api.example.com/ab'],
    ['/a\\b', 'https://api.example.com/a/b'],
    ['x', 'https://api.example.com/v1/x'],
    ['HTTPS://API.example.com/a/../b', 'https://api.example.com/b'],
  ])('%j is sent in its normal spelling', (input, expected) => {
    expect(target(input)).toBe(expected)
  })

  it.each([
    'https://apixexample.com/',
    'https://api.example.com.evil.example/',
    'https://api.example.com:8443/',
    'https://api.example.com@evil.example/',
    'https://otherxapi.example:8443/',
    'http://::1/',
    'http://:/',
    '//evil.example/',
    '/\\evil.example/',
    '/\t/evil.example/',
    'https://',
  ])('is not %j', (input) => {
    expect(target(input)).toBeUndefined()
  })

  it('is no relative URL where there is no base', () => {
    expect(allowedTarget(allowed, () => undefined)('/me')).toBeUndefined()
  })
})

it.each([
  'https://login.example.com/a/./token',
  'https://login.example.com/x/../a/token',
  'https://login.example.com/%2e/a/token',
  'https://login.example.com/a\\token',
])('an endpoint is recognised in this spelling too: %s', (url) => {
  expect(endpointTest(['https://login.example.com/a/token'])(url)).toBe(true)
  expect(endpointTest(['https://login.example.com/a/revoke'])(url)).toBe(false)
})

it('startsWithOne of an empty list matches nothing', () => {
  expect(startsWithOne([], '/?#').test('')).toBe(false)
  expect(startsWithOne([], '/?#').test('/')).toBe(false)
})
