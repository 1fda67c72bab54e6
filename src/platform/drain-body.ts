import type { Clock } from './clock'

const mostBytes = 64 * 1024
const mostTime = 1_000

/**
 * Frees the connection of a response that must be kept: reads up to 64 KiB and one second of its body and cancels the rest.
 * With a pool of few connections, unread 401s would block the very refresh they wait for.
 * @returns a response with the same status, headers, url and what was read of the body.
 */
export async function drainBody(response: Response, clock: Clock): Promise<Response> {
  const { body } = response
  // Without streams (React Native) the platform has read it all; a used body is somebody else's already.
  if (!body || response.bodyUsed || body.locked) return response
  const chunks: Uint8Array<ArrayBuffer>[] = []
  const reader = body.getReader()
  const timer = new AbortController()
  const late = clock.sleep(mostTime, timer.signal).then(
    () => undefined,
    () => undefined,
  )
  let size = 0
  try {
    while (size < mostBytes) {
      const read = await Promise.race([reader.read(), late])
      if (!read || read.done) break
      chunks.push(read.value.subarray(0, mostBytes - size))
      size += read.value.byteLength
    }
  } catch {
    // It broke off: what came is what there is.
  }
  timer.abort()
  // Never awaited: on some platforms a cancel doesn't settle.
  reader.cancel().catch(() => {})
  return copyOf(response, new Blob(chunks))
}

function copyOf(response: Response, body: Blob): Response {
  const { status, statusText, headers, url, redirected, type } = response
  const copy = new Response(body.size ? body : null, { status, statusText, headers })
  // The constructor can't set these, and a caller may look at them.
  for (const [name, value] of Object.entries({ url, redirected, type })) Object.defineProperty(copy, name, { value, configurable: true })
  return copy
}
