import { harmlessText } from './harmless-text'

/**
 * What may stand as a cause after a request with that form failed (A35, A36): somebody's `fetch` may throw a Response, or hang a Request
 * on an error, or on what caused it; Node prints an invalid header's value.
 */
export function harmlessError(error: unknown, sent: string): unknown {
  try {
    const message = harmlessText(Object(error).message, sent)
    if (!message || /header value/i.test(message)) return undefined
    return isHarmless(error, sent) ? error : new Error(message)
  } catch {
    return undefined // A getter that throws may quote what it was made with.
  }
}

const mostCauses = 5

/** Whether there is nothing on it but harmless text, numbers, and errors of that kind; also of what only a close look shows. */
function isHarmless(error: unknown, sent: string, depth = 0): boolean {
  return (
    depth < mostCauses &&
    Reflect.ownKeys(Object(error)).every((key) => {
      const value: unknown = Object(error)[key]
      if (typeof value === 'string') return harmlessText(value, sent) === value
      if (typeof value !== 'object' || value === null) return true
      // Addresses and ports: Node's `fetch` tells of the connection that broke.
      const isConnection = key === 'socket' && Object.getPrototypeOf(value) === Object.prototype
      return (value instanceof Error || Array.isArray(value) || isConnection) && isHarmless(value, sent, depth + 1)
    })
  )
}
