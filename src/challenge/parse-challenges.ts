import type { Challenge } from './challenge'
import { scanChallenges } from './scanner'

/**
 * The challenges of a `WWW-Authenticate` field, in order. An array holds field lines, read one by one: a malformed line can't
 * swallow the next, as it can where `Headers` has joined them. Never throws; linear time, no limit of length.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1 RFC 9110 §11.6.1}
 */
export function parseChallenges(value: string | Headers | readonly string[]): Challenge[] {
  if (Array.isArray(value)) return value.flatMap(scanLine)
  if (typeof value === 'string') return scanChallenges(value)
  const get = (value as Partial<Headers> | null | undefined)?.get // Not `instanceof`: a polyfill's Headers count too.
  return typeof get === 'function' ? scanLine(get.call(value, 'www-authenticate')) : []
}

function scanLine(line: unknown): Challenge[] {
  return typeof line === 'string' ? scanChallenges(line) : []
}
