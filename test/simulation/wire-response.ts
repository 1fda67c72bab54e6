/** A body that arrives chunk by chunk, each when the scheduler says so. */
export interface Body {
  readonly chunks: readonly string[]
  /** Calls back when the next chunk is due; returns how to take that back. */
  next(deliver: () => void): () => void
  /** The last chunk was read. */
  whole(): void
  /** Breaks off instead of ending. */
  readonly endsNever?: boolean
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly url: string
  /** It came through a redirect. */
  readonly redirected?: boolean | undefined
  /** A redirect that was not followed, as a browser shows it. */
  readonly isOpaque?: boolean | undefined
  readonly body: Body
}

const encoder = new TextEncoder()

/** Looks like a `Response` as far as the client looks, and keeps every `read()` in the scheduler's hands. */
export function wireResponse(
  { status, headers, url, body, redirected = false, isOpaque = false }: Answer,
  signal: AbortSignal | null | undefined,
): Response {
  let fields: Headers | undefined
  let isLocked = false
  let isCancelled = false
  let sent = 0

  const read = (): Promise<{ done: boolean; value?: Uint8Array }> =>
    new Promise((resolve, reject) => {
      if (isCancelled) return resolve({ done: true })
      const chunk = body.chunks[sent++]
      if (chunk === undefined && !body.endsNever) {
        body.whole()
        return resolve({ done: true })
      }
      if (signal?.aborted) return reject(signal.reason)
      let takeBack = (): void => {}
      const abort = (): void => {
        takeBack()
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', abort)
      if (chunk !== undefined)
        takeBack = body.next(() => {
          signal?.removeEventListener('abort', abort)
          resolve({ done: false, value: encoder.encode(chunk) })
        })
      cancels.push(() => {
        takeBack()
        signal?.removeEventListener('abort', abort)
        resolve({ done: true })
      })
    })
  const cancels: (() => void)[] = []
  const cancel = async (): Promise<void> => {
    isCancelled = true
    for (const stop of cancels.splice(0)) stop()
  }
  const response = {
    status,
    statusText: '',
    ok: status >= 200 && status < 300,
    url,
    type: isOpaque ? 'opaqueredirect' : 'basic',
    redirected,
    bodyUsed: false,
    get headers() {
      fields ??= new Headers(headers)
      return fields
    },
    body: {
      get locked() {
        return isLocked
      },
      getReader() {
        isLocked = true
        return { read, cancel, releaseLock: () => {} }
      },
      cancel,
    },
  }
  return response as unknown as Response
}
