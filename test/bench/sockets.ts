import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Place } from './contestant.ts'
import type { Counters, ServerOptions } from './servers.ts'

export type Command =
  | { readonly do: 'open'; readonly options: ServerOptions }
  | { readonly do: 'expire' | 'counters' | 'close'; readonly port: number }

export interface SocketPlace extends Place {
  expire(): Promise<void>
  counters(): Promise<Counters>
  close(): Promise<void>
}

/** The servers on real loopback sockets, in another process. */
export class Sockets {
  readonly #child: ChildProcess
  readonly #asked = new Map<number, (value: unknown) => void>()
  #last = 0

  constructor() {
    this.#child = fork(fileURLToPath(new URL('socket-process.ts', import.meta.url)), { execArgv: ['--import', import.meta.resolve('tsx')] })
    this.#child.on('message', ({ id, value }: { id: number; value: unknown }) => {
      this.#asked.get(id)?.(value)
      this.#asked.delete(id)
    })
  }

  /** A port of its own for each, so that none profits from what another refreshed. */
  async open(options: ServerOptions = {}, fetch: typeof globalThis.fetch = globalThis.fetch): Promise<SocketPlace> {
    const { port, tokens } = (await this.#ask({ do: 'open', options })) as { port: number; tokens: ReturnType<Place['signIn']> }
    const origin = `http://127.0.0.1:${port}`
    return {
      api: origin,
      tokenEndpoint: `${origin}/token`,
      fetch,
      signIn: () => tokens,
      expire: async () => void (await this.#ask({ do: 'expire', port })),
      counters: async () => (await this.#ask({ do: 'counters', port })) as Counters,
      close: async () => void (await this.#ask({ do: 'close', port })),
    }
  }

  stop(): void {
    this.#child.disconnect()
  }

  #ask(command: Command): Promise<unknown> {
    const id = ++this.#last
    this.#child.send({ id, command })
    return new Promise((resolve) => this.#asked.set(id, resolve))
  }
}

/** For as long as a measure takes. */
export async function withSockets<Outcome>(measure: (sockets: Sockets) => Promise<Outcome>): Promise<Outcome> {
  const sockets = new Sockets()
  try {
    return await measure(sockets)
  } finally {
    sockets.stop()
  }
}

/** A `fetch` that opens so many sockets to an origin at most, as browsers do. */
export async function fetchThrough(connections: number): Promise<typeof globalThis.fetch> {
  await fetch('data:,').then((response) => response.text()) // Undici comes with the first use.
  const dispatchers = globalThis as unknown as Record<symbol, object | undefined>
  const dispatcher = [1, 2].map((version) => dispatchers[Symbol.for(`undici.globalDispatcher.${version}`)]).find(Boolean)
  if (!dispatcher) throw new Error('This Node does not show its undici: the storm through six sockets needs it')
  const Agent = dispatcher.constructor as new (options: { connections: number }) => object
  const init = { dispatcher: new Agent({ connections }) } as RequestInit
  return (input, own) => fetch(input, { ...own, ...init })
}
