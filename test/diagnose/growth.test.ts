import { type DiagnoseInput, diagnose } from 'authenticated-client/diagnose'
import { describe, expect, it } from 'vitest'
import { readCurlCommand } from '../../src/cli/curl-command'
import { readCurlTranscript } from '../../src/cli/curl-transcript'
import { recorded } from '../../src/cli/recorded'
import { secretsInBody } from '../../src/cli/secrets-in-body'
import { harmless, harmlessUrl } from '../../src/diagnose/harmless'
import { growth } from '../support/growth'

const KIB = 1024

/** Eight times the text takes eight times as long, or a little more; what is quadratic takes 64 times as long. */
const most = 24

type Shapes = Readonly<Record<string, (length: number) => string>>

const repeated =
  (piece: string, end = '') =>
  (length: number): string =>
    piece.repeat(length / piece.length) + end

/** Long runs of what a secret may begin with, or go on with, and never is one. */
const texts: Shapes = {
  letters: repeated('a'),
  digits: repeated('1'),
  'letters and digits that are one word': repeated('a1'),
  'words that are a little short': repeated('abcdefgh12345678901234 '),
  'hyphens that end in a full stop': repeated('-', '.-.'),
  'beginnings of a JWT': repeated('eyJ'),
  'beginnings of a JWT, with full stops': repeated('eyJ.'),
  'JWTs without an end': repeated('eyJa.b '),
  schemes: repeated('bearer token key=', ' '),
  'blanks behind a scheme': (length) => `key${' '.repeat(length)}@`,
  'parts of a UUID': repeated('0123abcd-'),
  UUIDs: repeated('0123abcd-0123-0123-0123-0123456789ab'),
  'slashes and question marks': repeated('//?'),
  'a fragment of many slashes': repeated('/', '#/'),
  'control characters': repeated('\u0007a'),
}

describe('what a server says', () => {
  it.each(Object.keys(texts))('is made harmless in time in proportion to its length: %s', (name) => {
    expect(growthOf((text) => harmless(text), texts[name])).toBeLessThanOrEqual(most)
    expect(growthOf(harmlessUrl, texts[name])).toBeLessThanOrEqual(most)
  })

  it.each(Object.keys(texts))('is diagnosed in time in proportion to its length: %s', (name) => {
    expect(growthOf((message) => diagnose(refusedWith({ message })), texts[name])).toBeLessThanOrEqual(most)
  })

  const fields: Readonly<Record<string, readonly [string, Shapes[string]]>> = {
    'a link with many queries': ['error_uri', (length) => `https://api.example/${'?'.repeat(length)}\n`],
    'algorithms that nobody forbids': ['message', repeated('algm', '\n')],
  }
  it.each(Object.keys(fields))('is searched for a cause in time in proportion to its length: %s', (name) => {
    const [field = '', shape] = fields[name] ?? []

    expect(growthOf((text) => diagnose(refusedWith({ [field]: text })), shape)).toBeLessThanOrEqual(most)
  })

  it('is searched for a refusal in time in proportion to its length, also where the status is of none', () => {
    const run = (message: string) => diagnose({ ...refusedWith({ message }), response: { status: 400, headers: new Headers() } })

    expect(growthOf(run, repeated('signature '))).toBeLessThanOrEqual(most)
  })
})

it('looks for a mask in credentials in time in proportion to their length', () => {
  const headers = (authorization: string) => new Headers({ authorization })
  const run = (text: string) =>
    diagnose({ ...refusedWith({}), request: { url: 'https://api.example/', headers: headers(`Bearer ${text} .`) } })

  expect(growthOf(run, repeated('*'), KIB / 4)).toBeLessThanOrEqual(most)
})

const transcripts: Shapes = {
  'ends of a connection in a body': repeated('* Connection #0 to host ', 'C'),
  'digits of a port': (length) => `* Trying a:${'0'.repeat(length)}\u2028`,
  'blanks behind an asterisk': (length) => `* ${' '.repeat(length)}\u2028`,
}
it.each(Object.keys(transcripts))('reads a transcript in time in proportion to its length: %s', (name) => {
  const around = (text: string) => readCurlTranscript(`* Trying a:80\n> GET / HTTP/1.1\n< HTTP/1.1 401\n< \n ${text}`)
  const alone = (text: string) => readCurlTranscript(`${text}\n* Trying a:80`)

  expect(growthOf(around, transcripts[name])).toBeLessThanOrEqual(most)
  expect(growthOf(alone, transcripts[name])).toBeLessThanOrEqual(most)
})

it.each(['$(', '{{', '-i ', '\\\\', 'a.'])('reads a command that is long in time in proportion to its length: %s', (piece) => {
  expect(growthOf((text) => readCurlCommand(`$ curl "${text}" https://api.example/me`), repeated(piece))).toBeLessThanOrEqual(most)
})

it.each(["_header: '", "'a' +\n ", ' data: ', '--> GET https://a ', '"HTTP/1.1 401 ', '{"\\"', '\r'])(
  'looks for messages in a log in time in proportion to its length: %j',
  (piece) => {
    expect(growthOf((text) => recorded(`HTTP/1.1 401\n\n${text}`), repeated(piece))).toBeLessThanOrEqual(most)
  },
)

const bodies: Shapes = {
  'lines of a part': (length) => `name="password"\n${repeated('as long as a line of a form may be\n')(length)}`,
  'parts without a value': repeated('name="key"\n'),
  'parts in one line': repeated('name="key" '),
  'names of a secret': repeated('token'),
  'names in brackets': repeated('a[token]'),
  brackets: repeated('['),
  escapes: repeated('%5B'),
  'elements of XML': repeated('<a:token '),
  backslashes: (length) => `"token":"${'\\'.repeat(length + 1)}`,
}
it.each(Object.keys(bodies))('looks for secrets in a body in time in proportion to its length: %s', (name) => {
  expect(growthOf(secretsInBody, bodies[name])).toBeLessThanOrEqual(most)
})

function growthOf(run: (text: string) => unknown, shape: Shapes[string] = repeated('a'), length = 2 * KIB): number {
  return growth(run, shape(length), shape(8 * length), most)
}

function refusedWith(body: Readonly<Record<string, string>>): DiagnoseInput {
  const headers = new Headers({ 'content-type': 'application/json' })
  return { response: { status: 401, headers }, body: JSON.stringify(body) }
}
