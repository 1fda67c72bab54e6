import { harmlessText } from './harmless-text'

/**
 * What may stand as a cause after a request with that form failed (A35, A36): somebody's `fetch` may throw a Response, or hang a Request
 * on an error; Node prints an invalid header's value.
 */
export function harmlessError(error: unknown, sent: string): unknown {
  const message = harmlessText(Object(error).message, sent)
  if (!message || /header value/i.test(message)) return undefined
  return Object.values(error as object).some((value) => typeof value === 'object') ? new Error(message) : error
}
