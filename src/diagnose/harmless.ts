/**
 * Text of a server, without what may be a secret: known ones, JWTs, credentials after their scheme, and anything long that mixes
 * letters and digits, but for a UUID: it names a tenant or an app. Nor with the query of a URL: in one, any value may be a secret.
 * Control characters would move a terminal's cursor.
 */
export function harmless(text: string, secrets: readonly string[] = []): string {
  const known = secrets.filter((secret) => secret.length > 3)
  const hidden = known.reduce((rest, secret) => rest.split(secret).join('[redacted]'), text)
  return inOneLine(withoutKeys(beginningOf(hidden).replace(/[^\s"'<>]+/g, withoutQuery)))
}

/** No more than patterns can bear, and up to the end of a word: of one that is cut short, nobody can tell that it is a key. */
function beginningOf(text: string): string {
  return text.length > 100_000 ? `${text.slice(0, Math.max(text.lastIndexOf(' ', 100_000), 0))}…` : text
}

/** Text without what looks like a token or a key. */
export function withoutKeys(text: string): string {
  // Each takes a whole word, which is judged afterwards: a text may be one long word, and a search must not begin anew at each letter.
  return text
    .replace(/eyJ[\w.-]*/g, (match) => (match.split('.').length > 2 ? '[redacted]' : match))
    .replace(/\b(bearer|dpop|basic|token|key)([ =:]+)(?=[\w.~+/-]*\d)[\w.~+/-]{8,}=*/gi, '$1$2[redacted]')
    .replace(/[\w~+/-]{24,}=*/g, (match) => (isLikeKey(match) ? '[redacted]' : match))
}

/** A URL or a path, up to its query or its fragment. */
function withoutQuery(word: string): string {
  const at = word.search(/[?#]/)
  const place = word.slice(0, Math.max(at, 0))
  const isQuery = /^(\?|#(?=[^=]*=))[\w%/]/.test(word.slice(at)) && (place.includes('/') || /^.[\w.%-]+=/.test(word.slice(at)))
  return at >= 0 && isQuery ? `${place}${word[at]}…` : word
}

function isLikeKey(word: string): boolean {
  const rest = word.replace(/\b[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\b/gi, '')
  return rest.length > 23 && /\d/.test(rest) && /[a-z]/i.test(rest)
}

function inOneLine(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
  return line.length > mostText ? `${line.slice(0, mostText)}…` : line
}

const mostText = 200

/** A name that stands in a token, such as an issuer or a key id: long ones are no secrets. */
export function harmlessName(value: unknown): string {
  return inOneLine(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
}

/** Without user, query and fragment, and without what is long and mixed in the path: each may hold a secret; nor control characters. */
export function harmlessUrl(url: string): string {
  const [, origin = '', path = ''] =
    /^((?:[\w+.-]+:)?\/\/[^/]*)?([\s\S]*)$/.exec(url.replace(/[?#][\s\S]*/, '').replace(/[\p{Cc}\p{Cf}]+/gu, '')) ?? []
  const segments = path.split('/').map((segment) => (isLikeKey(segment) ? '[redacted]' : segment))
  return origin.replace(/\/\/[\s\S]*@/, '//') + segments.join('/')
}

/** The first and last four characters of what is long enough to keep the rest to itself. */
export function shortened(secret: string): string {
  return secret.length >= 20 ? `${secret.slice(0, 4)}…${secret.slice(-4)}` : `${secret.length} characters`
}
