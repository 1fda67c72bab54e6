import { harmlessText } from './harmless-text'

/**
 * What of an error may be the `cause` of ours, after a request with the form `sent` failed (A35, A36): the error itself, an error with its
 * message alone, or nothing. A `fetch` may throw a Response, or an error that holds the Request; Node quotes an invalid header's value.
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

/** Whether all its own properties, hidden ones too, are harmless texts, other plain values, or errors and lists that hold only such. */
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
