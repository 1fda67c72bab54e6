import { readBody } from './read-body'

/**
 * A body as UTF-8 text, or `undefined` where it is longer than `limit` bytes: counted as it arrives and cut off there, so that
 * a compressed bomb costs one chunk. Where the platform has no streams the body is already here, and only judged: by the bytes, too.
 * @param signal cancels what is still to come.
 */
export async function readText(response: Response, limit: number, signal?: AbortSignal): Promise<string | undefined> {
  const reader = response.body?.getReader?.()
  if (!reader) {
    const text = await response.text()
    // As `utf8` does it: where there are no streams (React Native), there may be no TextEncoder.
    return encodeURIComponent(text).replace(/%(..)/g, '.').length > limit ? undefined : text
  }
  signal?.addEventListener('abort', () => reader.cancel().catch(() => {}))
  const chunks: Uint8Array<ArrayBuffer>[] = []
  if (!(await readBody(reader, limit, chunks))) return undefined
  // Not by a Blob: React Native's can neither be made of bytes nor read.
  const decoder = new TextDecoder()
  return chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join('') + decoder.decode()
}
