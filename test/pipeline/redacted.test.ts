import { expect, it } from 'vitest'
import { redacted } from '../../src/pipeline/redacted.ts'

it.each([
  ['https://api.example.com/a?key=secret', 'https://api.example.com/a'],
  ['https://api.example.com/a#secret', 'https://api.example.com/a'],
  ['https://api.example.com:8443/@scope/a:b', 'https://api.example.com:8443/@scope/a:b'],
  ['https://user:secret@api.example.com/a', 'https://api.example.com/a'],
  ['https://user:s@cret@api.example.com', 'https://api.example.com'],
  ['/a/@scope?key=secret', '/a/@scope'],
  ['//user:secret@api.example.com/a', '//api.example.com/a'],
  ['me', 'me'],
])('shows of %s neither user, query nor fragment: %s (A28)', (url, shown) => {
  expect(redacted(url)).toBe(shown)
})

it.each([
  'https:\\\\user:secret@api.example.com/a',
  'https:user:secret@api.example.com/a',
  'HTTPS:/\\/user:secret@api.example.com/a',
  'ht\ntps:/\t/user:sec\nret@api.example.com/a',
  ' https://user:secret@api.example.com/a',
  '\\\\user:secret@api.example.com/a',
])('shows no password, however %j is spelled (A28)', (url) => {
  expect(redacted(url)).toContain('api.example.com/a')
  expect(redacted(url)).not.toContain('user')
})

it.each([
  ['data:text/plain,secret', 'data:'],
  ['da\nta:text/plain,sec\nret', 'data:'],
  ['mailto:secret@example.com', 'mailto:'],
  ['blob:https://api.example.com/secret', 'blob:'],
  ['ftp://user:secret@api.example.com/a', 'ftp:'],
])('shows of %j the scheme alone: its content may be a body (A28)', (url, shown) => {
  expect(redacted(url)).toBe(shown)
})
