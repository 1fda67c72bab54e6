import type { Challenge } from './challenge'

/**
 * Reads one field line. Of malformed text it drops what can be told for sure, and no more:
 * - Commas outside quotes divide the line into elements, malformed ones too. Quotes pair from left to right: what they enclose is
 *   never read as a challenge, and one left open runs to the end of its line (A23, A24).
 * - A malformed element takes with it the challenge that it begins or adds a parameter to; one that begins with neither a scheme
 *   nor `name=` takes none. Either way the parameters behind it, up to the next scheme, belong to nobody.
 * - A blank in place of the comma between two parameters is forgiven: Google Cloud Run refuses a token that way.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1 RFC 9110 §11.6.1}
 */
export function scanChallenges(line: string): Challenge[] {
  const found: Draft[] = []
  let current: Draft | undefined
  let opensElement = true
  let at = 0

  while (at < line.length) {
    const start = at
    // Nearly every parameter, in one step instead of four; what it matches, the patterns below would read alike.
    const common = current && !current.token68 && take(COMMON)
    if (common) {
      addParam(common[1], common[2] ?? common[3])
      opensElement = !!common[4]
      continue
    }
    const scheme: RegExpExecArray | null = opensElement ? take(SCHEME) : null
    if (scheme) {
      begin(scheme[1], scheme[2])
      opensElement = !!scheme[3]
      continue
    }
    const param = take(PARAM)
    const value = param?.[2] === '"' ? quotedString() : param?.[2]
    const delimiter = value !== undefined && take(DELIMITER)
    if (delimiter && !current?.token68) {
      addParam(param?.[1], value)
      opensElement = !!delimiter[1]
      continue
    }
    if (current && (param || !opensElement)) found.pop()
    current = undefined
    opensElement = true
    at = elementEnd(line, start)
    take(DELIMITER)
  }
  return found

  function take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = at
    const match = pattern.exec(line)
    if (match) at = pattern.lastIndex
    return match
  }

  function begin(scheme = '', token68?: string): void {
    current = { scheme, params: Object.create(null) } // A parameter may be called `__proto__` (A27).
    if (token68) current.token68 = token68
    found.push(current)
  }

  function addParam(received = '', value = ''): void {
    if (!current) return
    const name = received.toLowerCase()
    const first = current.params[name]
    if (first === undefined) current.params[name] = value
    else if (first !== value && DECISIVE.test(name)) current.conflict = true
  }

  /** What is left of a quoted-string, unescaped; `undefined` where it doesn't end or holds a control character. */
  function quotedString(): string | undefined {
    let text = ''
    for (let piece = take(QUOTED); piece; piece = take(QUOTED)) {
      const [, plain, escaped = '', quote] = piece
      text += plain + escaped
      if (quote) return text
    }
    return undefined
  }
}

interface Draft {
  scheme: string
  params: Record<string, string>
  token68?: string
  conflict?: true
}

const DECISIVE = /^(error|scope|claims|nonce|resource_metadata)$/

// All are linear: a repetition ends at a character that it can't hold itself, and no group of repetitions is repeated. A pattern for
// the whole quoted-string would be such a group, and deep enough to overflow a regex engine's stack.

/** A scheme unless it is the name of a parameter, with its token68 unless that is the beginning of one. */
const SCHEME = /[ \t,]*([\w!#$%&'*+.^`|~-]+)(?![ \t]*=)(?:[ \t]+([\w.~+/-]+=*)(?=[ \t]*(?:,|$)))?(?:[ \t]*(,)[ \t,]*|[ \t]+|$)/y
const COMMON = /([\w!#$%&'*+.^`|~-]+)[ \t]*=[ \t]*(?:([\w!#$%&'*+.^`|~-]+)|"([\t -!#-[\]-~\x80-\uffff]*)")(?:[ \t]*(,)[ \t,]*|[ \t]+|$)/y
const PARAM = /([\w!#$%&'*+.^`|~-]+)[ \t]*=[ \t]*([\w!#$%&'*+.^`|~-]+|")?/y
/** RFC 9110 §5.6.4: plain text, then an escaped character or the closing quote. Some platforms decode obs-text as UTF-8. */
const QUOTED = /([\t -!#-[\]-~\x80-\uffff]*)(?:\\([\t -~\x80-\uffff])|("))/y
const DELIMITER = /[ \t]*(,)[ \t,]*|[ \t]+|$/y

/** The next comma outside quotes. */
function elementEnd(line: string, at: number): number {
  let quoted = false
  let end = at
  for (; end < line.length && (quoted || line[end] !== ','); end++) {
    if (line[end] === '"') quoted = !quoted
    else if (quoted && line[end] === '\\') end++
  }
  return end
}
