/** Headers in the cheapest form that says the same: to make a `Headers` costs more than all the rest of a call. Never changed. */
export type HeaderFields = Headers | Readonly<Record<string, string>> | undefined

/** A copy of what a caller gave. A plain record stays one: own fields alone count, as in the platform's own reading (A56). */
export function fieldsOf(given: HeadersInit | undefined): HeaderFields {
  if (!given) return undefined
  const isRecord = Object.getPrototypeOf(given) === Object.prototype && !(Symbol.iterator in given)
  return isRecord ? { ...(given as Record<string, string>) } : new Headers(given)
}

/** @param name in lower case. */
export function hasField(fields: HeaderFields, name: string): boolean {
  if (fields instanceof Headers) return fields.has(name)
  return fields !== undefined && Object.keys(fields).some((key) => key.toLowerCase() === name)
}

/** The same with that field in place of any other of its name. @param name in lower case. */
export function withField(fields: HeaderFields, name: string, value: string): HeaderFields {
  if (!fields) return { [name]: value }
  if (fields instanceof Headers || hasField(fields, name)) {
    const headers = new Headers(fields)
    headers.set(name, value)
    return headers
  }
  return Object.assign({ [name]: value }, fields) // Not added to a copy: V8 takes a microsecond for that.
}
