/**
 * Reads a stream into `chunks`, up to `limit` bytes; the rest is cancelled. Where the stream breaks off it rejects; `chunks` then
 * holds what had come.
 * @returns whether that was all.
 */
export async function readBody(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  limit: number,
  chunks: Uint8Array<ArrayBuffer>[],
): Promise<boolean> {
  for (let room = limit; room >= 0; ) {
    const { value } = await reader.read()
    if (!value) return true
    chunks.push(value.subarray(0, room))
    room -= value.length
  }
  reader.cancel().catch(() => {}) // Never awaited: in some places it never settles.
  return false
}
