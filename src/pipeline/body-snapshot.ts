/** A body as it was when the call was made, so that it can be sent again whatever the caller does to it meanwhile. */
export interface BodySnapshot {
  readonly body: BodyInit | null | undefined
  /** Reading it uses it up: a second send would be short, empty or an error (F85, F86). */
  readonly isOneShot: boolean
  /** What `fetch` would have said of the original, where the snapshot is of another type. */
  readonly contentType?: string
}

export function snapshotOf(body: BodyInit | null | undefined): BodySnapshot {
  if (typeof body !== 'object' || body === null || body instanceof Blob) return { body, isOneShot: false }
  // As text: React Native sends URLSearchParams empty.
  if (body instanceof URLSearchParams)
    return { body: String(body), isOneShot: false, contentType: 'application/x-www-form-urlencoded;charset=UTF-8' }
  if (body instanceof FormData) return { body: copyOfForm(body), isOneShot: false }
  if (body instanceof ArrayBuffer) return { body: body.slice(0), isOneShot: false }
  if (ArrayBuffer.isView(body)) {
    const { buffer, byteOffset, byteLength } = body
    return { body: new Uint8Array(buffer, byteOffset, byteLength).slice(), isOneShot: false }
  }
  // Streams, generators and all else that iterates; what doesn't is a platform's own form of a file, read anew each time.
  return { body, isOneShot: 'getReader' in body || Symbol.asyncIterator in body || Symbol.iterator in body }
}

// React Native's FormData can't be read: there the original has to do.
function copyOfForm(form: FormData): FormData {
  if (!(Symbol.iterator in form)) return form
  const copy = new FormData()
  for (const [name, value] of form) copy.append(name, value)
  return copy
}
