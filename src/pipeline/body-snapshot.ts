/** A body as it was when the call was made, so that it can be sent again whatever the caller does to it meanwhile. */
export interface BodySnapshot {
  readonly body?: BodyInit | null | undefined
  /** Reading it uses it up: a second send would be short, empty or an error (F85, F86). */
  readonly isOneShot?: boolean
  /** What `fetch` would have said of the original, where the snapshot is of another type. */
  readonly contentType?: string
}

export function snapshotOf(body: BodyInit | null | undefined): BodySnapshot {
  if (typeof body !== 'object' || !body || body instanceof Blob) return { body }
  // As text: React Native sends URLSearchParams empty.
  if (body instanceof URLSearchParams) return { body: String(body), contentType: 'application/x-www-form-urlencoded;charset=UTF-8' }
  if (body instanceof ArrayBuffer) return { body: body.slice(0) }
  if (ArrayBuffer.isView(body)) return { body: new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice() }
  const iterates = Symbol.iterator in body
  if (!(body instanceof FormData)) {
    // Streams, generators and all else that iterates; what doesn't is a platform's own form of a file, read anew each time.
    return { body, isOneShot: iterates || Symbol.asyncIterator in body || 'getReader' in body }
  }
  // React Native's FormData can't be read: there the original has to do.
  if (!iterates) return { body }
  const copy = new FormData()
  for (const [name, value] of body) copy.append(name, value)
  return { body: copy }
}
