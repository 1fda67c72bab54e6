import { inTime } from './bounded'
import type { Clock } from './clock'
import { readBody } from './read-body'

const mostBytes = 64 * 1024

/**
 * Frees the connection of a response that must be kept: reads up to 64 KiB and one second of its body and cancels the rest.
 * With a pool of few connections, unread 401s would block the very refresh they wait for.
 * @returns what makes a response with the same status, headers, url, type and what was read of the body.
 */
export async function drainBody(response: Response, clock: Clock): Promise<() => Response> {
  const { body } = response
  // Without streams of its own the platform has read it all (React Native), or can't stop (node-fetch); a used body is somebody else's.
  const reader = body?.locked ? undefined : body?.getReader?.()
  if (!reader) return () => response
  const chunks: Uint8Array<ArrayBuffer>[] = []
  await inTime(readBody(reader, mostBytes, chunks), clock)
  reader.cancel().catch(() => {}) // Never awaited: on some platforms it doesn't settle.
  return () => {
    const { status, headers, url, redirected, type } = response
    // The constructor can't set these, and a caller may look at them.
    const told = Object.getOwnPropertyDescriptors({ url, redirected, type })
    const as = (made: Response): Response =>
      Object.defineProperties(made, { ...told, clone: { value: () => as(Response.prototype.clone.call(made)) } })
    // Read as UTF-8 (Node), a reason phrase may hold what the constructor refuses.
    const statusText = response.statusText.replace(/[^\t -~\x80-\xff]/g, '')
    // Not by a Blob: React Native's can't be made of bytes.
    const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0))
    let end = 0
    for (const chunk of chunks) {
      bytes.set(chunk, end)
      end += chunk.length
    }
    return as(new Response(bytes, { status, statusText, headers }))
  }
}
