/**
 * A body as UTF-8 text, or `undefined` where it is longer than `limit` bytes: counted as it arrives and cut off there, so that
 * a compressed bomb costs one chunk. Where the platform has no streams the body is already here, and only judged.
 */
export async function readText(response: Response, limit: number): Promise<string | undefined> {
  const reader = response.body?.getReader?.()
  if (!reader) {
    const text = await response.text()
    return text.length > limit ? undefined : text
  }
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    size += value.byteLength
    if (size > limit) {
      void reader.cancel().catch(() => {}) // Never awaited: in some places it never settles.
      return undefined
    }
    text += decoder.decode(value, { stream: true })
  }
}
