import { CheapResponse } from './cheap-response.ts'
import type { Place } from './contestant.ts'
import { type Answer, type ServerOptions, Servers } from './servers.ts'

export interface Stub extends Place {
  readonly servers: Servers
  /** Answers whoever was left hanging, and all from now on without delay. */
  release(): void
}

/** Both servers behind one `fetch`, without a network: what is left to measure is the client. */
export function stub(options: ServerOptions = {}): Stub {
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
      // Every fetch reads the URL it is given, and makes Headers of what it is given: the form that a client hands over is part of
      // what the client costs.
      const isRequest = input instanceof Request
      const url = isRequest ? input.url : String(input)
      const headers = isRequest && !init?.headers ? input.headers : new Headers(init?.headers)
      const isToken = url.endsWith('/token')
      const body = isToken ? await bodyOf(input, init) : ''
      const answer = servers.answer({ path: url.slice(url.lastIndexOf('/')), authorization: headers.get('authorization'), body })
      if (answer.after) await held(answer, init?.signal ?? (isRequest ? input.signal : undefined))
      if (answer.status === 200 && !isToken) {
        cheap ??= new CheapResponse(answer.body, { headers: answer.headers })
        return cheap
      }
      return new Response(answer.body, { status: answer.status, headers: answer.headers })
    },
  }
}

async function bodyOf(input: RequestInfo | URL, init: RequestInit | undefined): Promise<string> {
  if (typeof init?.body === 'string') return init.body
  return input instanceof Request ? input.text() : new Response(init?.body).text()
}
