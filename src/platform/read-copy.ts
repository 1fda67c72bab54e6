import { bounded } from './bounded'
import { systemClock } from './clock'
import { readText } from './read-text'

/**
 * The text of a copy, as `readText` has it; `undefined` also where the body breaks off, or is not all there after `patience`
 * milliseconds. What is left is cancelled then: a copy that nobody cancels keeps the connection, whatever becomes of the response.
 */
export async function readCopy(response: Response, limit: number, patience: number): Promise<string | undefined> {
  const enough = new AbortController()
  return bounded(readText(response.clone(), limit, enough.signal), patience, systemClock, Error)
    .catch(() => undefined)
    .finally(() => enough.abort())
}
