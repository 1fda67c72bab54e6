/**
 * When to try again, in milliseconds since the epoch and at most five minutes from now (A49); `undefined` for what is neither
 * seconds nor an HTTP-date, and for the past.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 RFC 9110 §10.2.3}
 */
export function retryAfter(field: string, now: number): number | undefined {
  // `Date.parse` alone would find a date in "-1" and in "try 5", and take the oldest of the three forms for local time.
  const date = /^\w+, .+ GMT$|^(\w+ \w+ [ \d]?\d [\d:]+ \d+)$/.exec(field)
  const at = /^\d+$/.test(field) ? now + Number(field) * 1000 : Date.parse(date ? (date[1] ? `${field} GMT` : field) : '')
  return at > now ? Math.min(at, now + 300_000) : undefined
}
