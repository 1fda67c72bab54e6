import type { Challenge } from '../../src/challenge/challenge'
import { challenge } from './comparable'

/**
 * The same contract as `parseChallenges`, read another way: the line is cut into elements by an automaton, each element into
 * lexemes by a table of characters, and only then looked at. Slow, plain, and without a regular expression.
 */
export function oracle(lines: readonly string[]): Challenge[] {
  return lines.flatMap((line) => {
    const kept: Owner[] = []
    let owner: Owner | undefined
    for (const element of elements(line)) {
      const reading = read(lexemes(element), element)
      if (reading.kind === 'empty') continue
      if (reading.kind === 'scheme') {
        owner = { scheme: reading.scheme, token68: reading.token68, params: [] }
        kept.push(owner)
      }
      if (reading.kind === 'garbage') owner = undefined
      else if (reading.kind === 'malformed params' || (reading.kind === 'params' && owner?.token68 !== undefined)) {
        if (owner) kept.splice(kept.indexOf(owner), 1)
        owner = undefined
      } else owner?.params.push(...reading.params)
    }
    return kept.map(({ scheme, params, token68 }) => challenge(scheme, params, token68))
  })
}

interface Owner {
  readonly scheme: string
  readonly token68: string | undefined
  readonly params: Param[]
}

type Param = readonly [name: string, value: string]

type Reading =
  | { readonly kind: 'empty' }
  | { readonly kind: 'garbage' }
  | { readonly kind: 'malformed params' }
  | { readonly kind: 'params'; readonly params: readonly Param[] }
  | { readonly kind: 'scheme'; readonly scheme: string; readonly token68: string | undefined; readonly params: readonly Param[] }

type Lexeme = { readonly kind: 'blank' | 'equals' | 'broken' } | { readonly kind: 'word' | 'text'; readonly text: string }

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const TCHAR = new Set(`!#$%&'*+-.^_\`|~${ALPHANUMERIC}`)
const TOKEN68 = new Set(`-._~+/${ALPHANUMERIC}`)
const BLANK = new Set(' \t')

function elements(line: string): string[] {
  const cut = ['']
  let state: 'outside' | 'inside' | 'escaping' = 'outside'
  for (const character of line.split('')) {
    if (state === 'outside' && character === ',') {
      cut.push('')
      continue
    }
    cut.push(cut.pop() + character)
    if (state === 'escaping') state = 'inside'
    else if (character === '"') state = state === 'outside' ? 'inside' : 'outside'
    else if (character === '\\' && state === 'inside') state = 'escaping'
  }
  return cut
}

function lexemes(element: string): Lexeme[] {
  const characters = element.split('')
  const found: Lexeme[] = []
  while (characters.length > 0) {
    const first = characters[0] as string
    if (BLANK.has(first)) {
      while (BLANK.has(characters[0] ?? '')) characters.shift()
      found.push({ kind: 'blank' })
    } else if (first === '=') {
      characters.shift()
      found.push({ kind: 'equals' })
    } else if (first === '"') found.push(quotedString(characters))
    else {
      let text = ''
      while (characters.length > 0 && !BLANK.has(characters[0] ?? '') && characters[0] !== '=' && characters[0] !== '"')
        text += characters.shift()
      found.push({ kind: 'word', text })
    }
  }
  if (found[0]?.kind === 'blank') found.shift()
  if (found.at(-1)?.kind === 'blank') found.pop()
  return found
}

function quotedString(characters: string[]): Lexeme {
  let text = ''
  let sound = true
  characters.shift()
  for (let next = characters.shift(); next !== '"'; next = characters.shift()) {
    const said = next === '\\' ? characters.shift() : next
    if (said === undefined) return { kind: 'broken' }
    if (isControl(said)) sound = false
    text += said
  }
  return sound ? { kind: 'text', text } : { kind: 'broken' }
}

function isControl(character: string): boolean {
  const code = character.charCodeAt(0)
  return code === 0x7f || (code <= 0x1f && character !== '\t')
}

function read(found: readonly Lexeme[], element: string): Reading {
  const [first, second, third] = found
  if (!first) return { kind: 'empty' }
  if (first.kind !== 'word' || !isToken(first.text)) return { kind: 'garbage' }
  if (second?.kind === 'equals' || (second?.kind === 'blank' && third?.kind === 'equals')) {
    const params = readParams(found)
    return params ? { kind: 'params', params } : { kind: 'malformed params' }
  }
  if (!second) return { kind: 'scheme', scheme: first.text, token68: undefined, params: [] }
  if (second.kind !== 'blank') return { kind: 'garbage' }
  const token68 = readToken68(element, first.text)
  if (token68 !== undefined) return { kind: 'scheme', scheme: first.text, token68, params: [] }
  const params = readParams(found.slice(2))
  return params ? { kind: 'scheme', scheme: first.text, token68: undefined, params } : { kind: 'garbage' }
}

function readParams(found: readonly Lexeme[]): Param[] | undefined {
  const params: Param[] = []
  const left = [...found]
  const skipBlank = (): boolean => left[0]?.kind === 'blank' && left.shift() !== undefined
  while (left.length > 0) {
    const name = left.shift()
    skipBlank()
    const equals = left.shift()
    skipBlank()
    const value = left.shift()
    if (name?.kind !== 'word' || !isToken(name.text) || equals?.kind !== 'equals') return undefined
    if (value?.kind !== 'text' && !(value?.kind === 'word' && isToken(value.text))) return undefined
    params.push([name.text, value.text])
    if (!skipBlank() && left.length > 0) return undefined
  }
  return params
}

function readToken68(element: string, scheme: string): string | undefined {
  const characters = element.slice(element.indexOf(scheme) + scheme.length).split('')
  while (BLANK.has(characters[0] ?? '')) characters.shift()
  while (BLANK.has(characters.at(-1) ?? '')) characters.pop()
  const whole = characters.join('')
  while (characters.at(-1) === '=') characters.pop()
  return characters.length > 0 && characters.every((character) => TOKEN68.has(character)) ? whole : undefined
}

function isToken(text: string): boolean {
  return text.split('').every((character) => TCHAR.has(character))
}
