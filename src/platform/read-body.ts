/**
 * What a stream brings, up to `limit` bytes or until `late` settles; the rest is cancelled. A stream that breaks off has brought
 * what came.
 * @returns the bytes, and whether that was all.
 */
export async function readBody(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  limit: number,
  late?: Promise<undefined>,
): Promise<{ readonly bytes: Blob; readonly isWhole: boolean }> {
  const reader = stream.getReader()
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  let isWhole = false
  try {
    while (size <= limit) {
      const read = await (late ? Promise.race([reader.read(), late]) : reader.read())
      if (!read?.value) {
        isWhole = read !== undefined
        break
      }
      chunks.push(read.value.subarray(0, limit - size))
      size += read.value.length
    }
  } catch {}
  // Never awaited: on some platforms a cancel doesn't settle.
  if (!isWhole) reader.cancel().catch(() => {})
  return { bytes: new Blob(chunks), isWhole }
}
