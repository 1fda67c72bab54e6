import { AuthenticatedClient, webStorageStore } from '../../src/index'
import { indexedDbStore } from '../../src/indexed-db'

// What runs in each tab: a client on a store that all share, and calls at the wake-up signal that all tabs hear at once.
const query = new URLSearchParams(location.search)
const text = (name: string): string => query.get(name) ?? ''

const client = new AuthenticatedClient({
  tokenEndpoint: text('tokenEndpoint'),
  clientId: 'tabs',
  baseUrl: location.origin,
  store: text('store') === 'indexedDbStore' ? indexedDbStore('tabs') : webStorageStore('tabs'),
  refreshTimeout: Number(text('refreshTimeout')),
  fetch: (input, init) => {
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined))
    headers.set('x-tab', text('tab')) // So that the servers know whom to kill.
    return fetch(input, { ...init, headers })
  },
})

const rounds = new Map<number, PromiseWithResolver>()
new BroadcastChannel('wake-up').onmessage = ({ data }: MessageEvent<{ round: number; calls: number }>) => {
  const calls = Array.from({ length: data.calls }, () => client.fetch('/me').then(({ status }) => String(status), nameOf))
  void Promise.all(calls).then(roundOf(data.round).resolve)
}

Object.assign(globalThis, {
  client,
  outcomes: (round: number) => roundOf(round).promise,
  wake: (round: number, calls: number) => new BroadcastChannel('wake-up').postMessage({ round, calls }),
})

interface PromiseWithResolver {
  readonly promise: Promise<string[]>
  readonly resolve: (outcomes: string[]) => void
}

function roundOf(round: number): PromiseWithResolver {
  const known = rounds.get(round)
  if (known) return known
  let resolve: PromiseWithResolver['resolve'] = () => {}
  const promise = new Promise<string[]>((settle) => {
    resolve = settle
  })
  const made = { promise, resolve }
  rounds.set(round, made)
  return made
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : String(error)
}
