import type { Challenge } from './challenge'
import { blanksEnd, COMMA, codeAt, elementEnd, EQUALS, isBlank, QUOTE, quotedString, tokenEnd } from './scanner'

/**
 * The challenges of a `WWW-Authenticate` field, in order. An array holds field lines, read one by one, so a malformed line can't
 * swallow the next; `Headers` only has them joined. Never throws, linear time.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1 RFC 9110 §11.6.1}
 */
export function parseChallenges(value: string | Headers | readonly string[]): Challenge[] {
  const challenges: Challenge[] = []
  for (const line of fieldLines(value)) if (typeof line === 'string') parseLine(line, challenges)
  return challenges
}

function fieldLines(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  const get = (value as Partial<Headers> | null | undefined)?.get // A polyfill's Headers count too.
  return [typeof get === 'function' ? get.call(value, 'www-authenticate') : value]
}

interface Draft {
  scheme: string
  params: Record<string, string>
  token68?: string | undefined
  conflict?: true
}

function parseLine(line: string, challenges: Challenge[]): void {
  let at = 0
  let current: Draft | undefined
  let afterScheme = -1
  let opensElement = true

  while ((at = blanksEnd(line, at)) < line.length) {
    const start = at
    if (codeAt(line, at) === COMMA) {
      at++
      opensElement = true
      continue
    }
    const end = tokenEnd(line, at)
    const name = line.slice(at, end)
    at = blanksEnd(line, end)
    const next = codeAt(line, at)
    let ok = false
    if (name && next === EQUALS) {
      const from = blanksEnd(line, at + 1)
      let value
      if (codeAt(line, from) === QUOTE) {
        const q = quotedString(line, from)
        at = q.end
        value = q.text
      } else {
        at = tokenEnd(line, from)
        if (at > from) value = line.slice(from, at)
      }
      const c = codeAt(line, at)
      if (value !== undefined && (c === COMMA || isBlank(c)) && !current?.token68) {
        ok = true
        if (current) addParam(current, name.toLowerCase(), value)
      }
    } else if (opensElement) {
      current = undefined
      if (name && (next === COMMA || at > end)) {
        current = { scheme: name, params: Object.create(null), token68: undefined }
        challenges.push(current as Challenge)
        afterScheme = at
        ok = true
      }
    }
    if (!ok && current && start === afterScheme) {
      TOKEN68.lastIndex = start
      const token68 = TOKEN68.exec(line)
      if (token68) {
        current.token68 = token68[0]
        at = TOKEN68.lastIndex
        ok = true
      }
    }
    opensElement = false
    if (!ok) {
      if (current) challenges.pop()
      current = undefined
      at = elementEnd(line, start)
    }
  }
}

const TOKEN68 = /[\w.~+/-]+=*(?=[ \t]*(?:,|$))/y

function addParam(challenge: Draft, name: string, value: string): void {
  const { params } = challenge
  const first = params[name]
  if (first === undefined) params[name] = value
  else if (first !== value && /^(error|scope|claims|nonce|resource_metadata)$/.test(name)) challenge.conflict = true
}
