import { CheapResponse } from './cheap-response.ts'
import type { Place } from './contestant.ts'
import { type Answer, type ServerOptions, Servers } from './servers.ts'

export interface Stub extends Place {
  readonly servers: Servers
  /** Answers whoever was left hanging, and all from now on without delay. */
  release(): void
}

/**
 * Both servers behind one `fetch`, without a network: what is left to measure is the client. Like every fetch it begins by making a
 * Request of what it is given: the form that a client hands over is part of what the client costs. But a Request of Node listens on
 * the caller's signal until it is collected: where listeners are counted, none is made.
 */
export function stub(options: ServerOptions = {}, { makesRequests = true } = {}): Stub {
  const servers = new Servers(options)
  let cheap: CheapResponse | undefined
  const hanging = new Set<() => void>()
  let isReleased = false

  async function held({ after }: Answer, signal: AbortSignal | null | undefined): Promise<void> {
    if (isReleased) return
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => reject(signal?.reason)
      const end = (): void => {
        hanging.delete(end)
        signal?.removeEventListener('abort', leave)
        resolve()
      }
      hanging.add(end)
      if (Number.isFinite(after)) setTimeout(end, after)
      signal?.addEventListener('abort', leave, { once: true })
    })
  }

  return {
    api: 'https://api.example.com',
    tokenEndpoint: 'https://login.example.com/token',
    servers,
    signIn: () => servers.tokens,
    release() {
      isReleased = true
      for (const end of hanging) end()
    },
    async fetch(input, init) {
      const request = makesRequests ? new Request(input, init) : undefined
      const url = request ? request.url : input instanceof Request ? input.url : String(input)
      const headers = request?.headers ?? new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined))
      const isToken = url.endsWith('/token')
      const body = isToken ? await (request ?? new Response(input instanceof Request ? input.body : init?.body)).text() : ''
      const answer = servers.answer({ path: url.slice(url.lastIndexOf('/')), authorization: headers.get('authorization'), body })
      if (answer.after) await held(answer, init?.signal ?? (input instanceof Request ? input.signal : undefined))
      if (answer.status === 200 && !isToken) {
        cheap ??= new CheapResponse(answer.body, { headers: answer.headers })
        return cheap
      }
      return new Response(answer.body, { status: answer.status, headers: answer.headers })
    },
  }
}
