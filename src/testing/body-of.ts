/**
 * The body of a response as `fetch` gives it: an abort breaks it even when the headers are here already, and a HEAD has none.
 * @param unlessAborted waits for a piece, and throws the signal's reason once it aborts.
 */
export function bodyOf(
  { body, bodyUsed }: Response,
  method: string,
  unlessAborted: <Value>(work: Promise<Value>) => PromiseLike<Value>,
): Response['body'] {
  if (!body || bodyUsed || body.locked) return body
  const reader = body.getReader()
  if (method === 'HEAD') {
    reader.cancel().catch(() => {})
    return null
  }
  const Stream = body.constructor as typeof ReadableStream // The platform's own: where there are no streams, there is no body here.
  return new Stream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        try {
          const { done, value } = await unlessAborted(reader.read())
          if (done) controller.close()
          else controller.enqueue(value)
        } catch (error) {
          reader.cancel(error).catch(() => {})
          throw error
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 }, // Nothing is read ahead, which an abort would not reach.
  )
}
