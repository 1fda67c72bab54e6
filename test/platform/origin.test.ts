import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { absolute, isSafe, onTheWire, originOf } from '../../src/platform/origin.ts'

describe('the origin', () => {
  it.each([
    ['https://a.example', 'https://a.example'],
    ['HTTPS://A.example/x', 'https://a.example'],
    ['https://a.example:443/', 'https://a.example'],
    ['https://a.example:4430/', 'https://a.example:4430'],
    ['https://a.example:80/', 'https://a.example:80'],
    ['http://a.example:80?x', 'http://a.example'],
    ['http://a.example:8080', 'http://a.example:8080'],
    ['http://a.example:443#f', 'http://a.example:443'],
    ['http://[::1]:3000/', 'http://[::1]:3000'],
  ])('of %s is %s', (url, expected) => {
    expect(originOf(url)).toBe(expected)
  })

  it.each([
    '',
    'blob:https://a.example/x',
    'https://user@a.example/',
    'https:\\\\a.example',
    ' https://a.example',
    'https://a.example\\b',
    'ftp://a.example',
  ])('of %j is none', (url) => {
    expect(originOf(url)).toBeUndefined()
    expect(originOf()).toBeUndefined()
  })
})

describe('credentials are safe', () => {
  it.each([
    'https://a.example',
    'http://localhost:3000',
    'http://app.localhost',
    'http://127.0.0.1',
    'http://127.10.20.130:80',
    'http://[::1]',
  ])('on the way to %s', (origin) => expect(isSafe(origin)).toBe(true))

  it.each([
    'http://a.example',
    'http://https:8080',
    'http://notlocalhost',
    'http://localhost.example',
    'http://127.0.0.1.evil.example',
    'http://1127.0.0.1',
    'http://[::1].evil.example',
  ])('but not to %s', (origin) => expect(isSafe(origin)).toBe(false))
})

it('absolute() gives a URL in its normal spelling, or nothing', () => {
  expect(absolute('/b/../c', 'https://a.example/x')).toBe('https://a.example/c')
  expect(absolute('/c')).toBeUndefined()
})

it.each([
  'https://a.example/',
  'https://a.example/a/b.c/d-e_f~?x=1&y=/#z',
  'https://a.example/a%2Fb%20c/.hidden',
  'https://a.example/a b',
  'https://a.example/c/../d',
  'https://a.example/c/%2e%2E/d',
  'https://a.example/c/.',
  'https://a.example/../c',
  'https://a.example/日本?ü',
  'https://a.example/a\\b',
  'https://a.example/a?"\'<>`{|}^[]',
  'https://a.example/a"\'<>`{|}^[]',
  'https://a.example',
  'https://a.example?x',
  'https://A.example/x',
  'https://bücher.example/x',
])('%s goes on the wire in its normal spelling', (url) => {
  expect(onTheWire(url)).toBe(new URL(url).href)
})

it('a URL in its normal spelling goes on the wire without being parsed, and what is no URL as it is', () => {
  const parse = vi.spyOn(globalThis, 'URL')
  onTestFinished(() => parse.mockRestore())

  onTheWire('https://a.example/a/b.c?x=1')

  expect(parse).not.toHaveBeenCalled()
  expect(onTheWire('https://')).toBe('https://')
})
