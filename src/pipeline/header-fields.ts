/** Headers in the cheapest form that says the same. Never changed. */
export type HeaderFields = Headers | Readonly<Record<string, string>> | undefined

/** A copy of what a caller gave. A plain record stays one: own fields alone count, as in the platform's own reading (A56). */
export function fieldsOf(given: HeadersInit | undefined): HeaderFields {
  if (!given) return undefined
  const isRecord = Object.getPrototypeOf(given) === Object.prototype && !(Symbol.iterator in given)
  // Spread, since msw makes `Headers` lose what a `Headers` of its own holds.
  return isRecord ? { ...(given as Record<string, string>) } : new Headers(given instanceof Headers ? [...given] : given)
}

/** @param name in lower case. */
export function hasField(fields: HeaderFields, name: string): boolean {
  if (fields instanceof Headers) return fields.has(name)
  return fields !== undefined && Object.keys(fields).some((key) => key.toLowerCase() === name)
}

/** The same with that field in place of any other of its name. @param name in lower case. */
export function withField(fields: HeaderFields, name: string, value: string): Headers {
  const headers = new Headers(fields)
  headers.set(name, value)
  return headers
}

/**
 * Adds the field that most calls of a client get, which is made once: to copy a `Headers` takes a fraction of the time that a field
 * takes to be checked and set, and is read faster by a `fetch` than a record is.
 */
export class FieldAdder {
  private name = ''
  private value = ''
  private made: Headers | undefined

  /** What was there, and that field in place of any other of its name. @param name in lower case. */
  to(fields: HeaderFields, name: string, value: string): Headers {
    if (hasField(fields, name)) return withField(fields, name, value)
    if (name !== this.name || value !== this.value) {
      this.made = new Headers([[name, value]])
      this.name = name
      this.value = value
    }
    const headers = new Headers(this.made)
    const others = fields instanceof Headers ? fields : Object.entries(fields ?? {})
    for (const [field, text] of others) headers.append(field, text)
    return headers
  }
}
