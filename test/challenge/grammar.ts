import type { Challenge } from '../../src/challenge/challenge'
import type { Choices } from './choices'
import { challenge } from './comparable'

/** Field lines written by the grammar of RFC 9110 §11.6.1, and what they say. */
export interface Field {
  readonly lines: readonly string[]
  readonly challenges: readonly Challenge[]
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const SCHEMES = ['Bearer', 'Basic', 'DPoP', 'Digest', 'bEARER', 'Negotiate', 'realm', 'x', "!#$%&'*+-.^_`|~9"]
const NAMES = ['realm', 'error', 'scope', 'nonce', 'claims', 'resource_metadata', 'error_description', 'algs', 'max_age', 'x_error', 'a']
const TRAPS = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'realm*', '0', '17', "!#$%&'*+-.^_`|~9"]
const VALUES = [
  'invalid_token',
  'x',
  '5',
  'a b',
  '',
  'x, Bearer error="invalid_token"',
  '\\',
  '"',
  'a, b=c',
  'Bearer',
  '=',
  'SHA-256',
  "!#$%&'*+-.^_`|~9",
]
const CHARACTERS = 'aZ09 ,=";\\/:@[]{}()<>?\t!~\'\u0080\u00a0éÿ'
const TOKENS68 = ['YWJj', 'YWJj==', 'a', 'a=', '-._~+/09az====', '/', 'realm']
const BLANKS = ['', ' ', '\t', '  ', ' \t ']
const SPACES = [' ', '  ', '   ']

export function field(choices: Choices): Field {
  const challenges: Challenge[] = []
  const lines: string[] = []
  let line = emptyElements(choices)
  for (let left = 1 + choices.below(4); left > 0; left--) {
    const [text, says] = writeChallenge(choices)
    line += text
    challenges.push(says)
    if (left > 1 && choices.once(3)) {
      lines.push(line + emptyElements(choices))
      line = emptyElements(choices)
    } else if (left > 1) line += comma(choices)
  }
  lines.push(line + emptyElements(choices))
  return { lines, challenges }
}

export function writeChallenge(choices: Choices): [text: string, says: Challenge] {
  const scheme = choices.pick(SCHEMES)
  const kind = choices.below(8)
  if (kind === 6) return [scheme, challenge(scheme)]
  if (kind === 7) {
    const token68 = choices.pick(TOKENS68)
    return [scheme + choices.pick(SPACES) + token68, challenge(scheme, [], token68)]
  }
  const params: [string, string][] = []
  let text = scheme + choices.pick(SPACES) + emptyElements(choices)
  for (let left = 1 + choices.below(4); left > 0; left--) {
    const name = choices.pick(choices.once(4) ? TRAPS : NAMES)
    const value = choices.once(3) ? randomText(choices) : choices.pick(VALUES)
    params.push([name, value])
    text += `${writeName(choices, name)}${choices.pick(BLANKS)}=${choices.pick(BLANKS)}${writeValue(choices, value)}`
    if (left > 1) text += comma(choices)
  }
  return [text, challenge(scheme, params)]
}

function randomText(choices: Choices): string {
  let text = ''
  for (let left = choices.below(12); left > 0; left--) text += choices.pick([...CHARACTERS])
  return text
}

function writeName(choices: Choices, name: string): string {
  return choices.pick([name, name, name.toUpperCase(), name.replace(/[a-z]/, (letter) => letter.toUpperCase())])
}

function writeValue(choices: Choices, value: string): string {
  if (TOKEN.test(value) && choices.once(2)) return value
  let text = ''
  for (const character of value) text += character === '"' || character === '\\' || choices.once(8) ? `\\${character}` : character
  return `"${text}"`
}

function comma(choices: Choices): string {
  return `${choices.pick(BLANKS)},${emptyElements(choices)}`
}

function emptyElements(choices: Choices): string {
  let text = choices.pick(BLANKS)
  while (choices.once(5)) text += `,${choices.pick(BLANKS)}`
  return text
}
