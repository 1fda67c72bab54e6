/** Whether a body can be read only once: a stream, or what merely iterates. Forms and bytes iterate as well, and can be read again. */
export function isOneShot(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false
  if (ArrayBuffer.isView(body) || ('append' in body && Symbol.iterator in body)) return false // Of whichever package the form is.
  return [Symbol.iterator, Symbol.asyncIterator, 'getReader', 'pipe'].some((name) => name in body)
}
