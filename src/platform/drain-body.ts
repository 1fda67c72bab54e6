import type { Clock } from './clock'
import { readBody } from './read-body'

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
  if (!body || body.locked) return response
  const timer = new AbortController()
  const late = clock.sleep(mostTime, timer.signal).then(nothing, nothing)
  const { bytes } = await readBody(body, mostBytes, late)
  timer.abort()
  const copy = new Response(bytes, response)
  // The constructor can't set it, and a caller may look at it.
  return Object.defineProperty(copy, 'url', { value: response.url })
}

function nothing(): undefined {}
