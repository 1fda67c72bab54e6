import { secretName } from '../diagnose/secret-names'
import { unescaped } from '../diagnose/secrets'

/** What the body of a request holds that no output may, though a server repeats it: what is called a password, a token or the like. */
export function secretsInBody(body = ''): readonly string[] {
  return patterns()
    .flatMap((pattern) => [...body.matchAll(pattern)].map(([, value = '']) => value))
    .flatMap((value) => [value, ...unquoted(value), unescaped(value)])
    .filter((secret) => secret.length > 3 && !/^(true|false|null)$/.test(secret)) // An answer in JSON has these, too.
    .sort((one, other) => other.length - one.length)
}

/** Of a form, of JSON, of a form in parts, and of XML. */
function patterns(): readonly RegExp[] {
  return [
    `(?<![\\w.[\\]%-])${secretName}=([^&\\s]+)`,
    `(?<![\\w.[\\]%-])${secretName}"\\s*:\\s*("[^"\\\\]*(?:\\\\.[^"\\\\]*)*"|[\\d.]+)`,
    `\\bname="${secretName}"[^\\n]{0,200}\\n(?:[^\\S\\n]*\\S[^\\n]*\\n){0,9}[^\\S\\n]*\\n([^\\r\\n]+)`,
    `<(?:[\\w.-]+:)?${secretName}(?:\\s[^<>]*)?>([^<>]+)<`,
  ].map((pattern) => new RegExp(pattern, 'gi'))
}

/** A JSON string, as it is and with its escapes: an answer in JSON has them too. */
function unquoted(value: string): readonly string[] {
  if (!value.startsWith('"')) return []
  try {
    return [value.slice(1, -1), String(JSON.parse(value))]
  } catch {
    return [value.slice(1, -1)]
  }
}
