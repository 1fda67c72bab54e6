/** All bytes of a stream, or `undefined` where there are more than `limit` or it breaks off; then the rest is cancelled. */
export async function readBytes(stream: ReadableStream<Uint8Array<ArrayBuffer>> | null, limit: number): Promise<Blob | undefined> {
  if (!stream) return undefined
  const reader = stream.getReader()
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      size += read.value.byteLength
      if (size > limit) {
        reader.cancel().catch(() => {})
        return undefined
      }
      chunks.push(read.value)
    }
  } catch {
    return undefined
  }
  return new Blob(chunks)
}
