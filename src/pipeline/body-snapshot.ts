/** A body as it was when the call was made, so that it can be sent again whatever the caller does to it meanwhile; else itself. */
export function snapshotOf(body: BodyInit): BodyInit {
  // As text: React Native sends URLSearchParams empty.
  if (body instanceof URLSearchParams) return String(body)
  if (body instanceof ArrayBuffer) return body.slice(0)
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice()
  // React Native's FormData can't be read: there the original has to do.
  if (!(body instanceof FormData && Symbol.iterator in body)) return body
  const copy = new FormData()
  for (const [name, value] of body) copy.append(name, value)
  return copy
}
