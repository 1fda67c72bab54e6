export const QUOTE = 34
export const COMMA = 44
export const EQUALS = 61
const TAB = 9
const SPACE = 32
const BACKSLASH = 92
const DELETE = 127

/** The character code there; behind the end of the line a comma, since both end an element. */
export function codeAt(line: string, at: number): number {
  return at < line.length ? line.charCodeAt(at) : COMMA
}

export function isBlank(code: number): boolean {
  return code === SPACE || code === TAB
}

/** Where the blanks end that may begin here. */
export function blanksEnd(line: string, at: number): number {
  let end = at
  while (isBlank(codeAt(line, end))) end++
  return end
}

/** Where the token ends that may begin here (RFC 9110 §5.6.2). */
export function tokenEnd(line: string, at: number): number {
  let end = at
  while (isTokenCharacter(codeAt(line, end))) end++
  return end
}

/** The quoted-string that begins here: where it ends and what it says, if it is well-formed (RFC 9110 §5.6.4). */
export function quotedString(line: string, at: number): { readonly end: number; readonly text: string | undefined } {
  let text = ''
  let legal = true
  let from = at + 1
  let end = from
  for (let code = 0; end < line.length; end++) {
    code = line.charCodeAt(end)
    if (code === QUOTE) break
    if (code === BACKSLASH) {
      text += line.slice(from, end)
      from = ++end
      code = codeAt(line, end)
    }
    if (code < SPACE ? code !== TAB : code === DELETE) legal = false
  }
  return { end: end + 1, text: legal && end < line.length ? text + line.slice(from, end) : undefined }
}

/** The comma outside quotes, or the end of the line, that ends the element read here. */
export function elementEnd(line: string, at: number): number {
  let end = at
  for (let code = codeAt(line, end); code !== COMMA; code = codeAt(line, end)) end = code === QUOTE ? quotedString(line, end).end : end + 1
  return end
}

function isTokenCharacter(code: number): boolean {
  return code < 127 && ((TOKEN[code >> 5]! >>> (code & 31)) & 1) === 1
}
const TOKEN = [0, 0x3ff6cfa, 0xc7fffffe|0, 0x57ffffff]
