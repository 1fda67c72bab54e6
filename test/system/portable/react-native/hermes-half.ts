import { Worlds } from '../../../portable/worlds'
import type { Query } from './native-half'

/**
 * The native half for Hermes' own program, which has an engine, tasks and `print`, and nothing that reaches out: the servers answer
 * inside it, and its `setTimeout`, which knows no time, is given one. Like iOS it drops `Authorization` on a redirect. What is modelled here is not measured; the engine, and all JavaScript
 * of React Native and of the client that runs on it, is real.
 */
export function installNativeHalf(emit: (name: string, args: readonly unknown[]) => void): void {
  const blobs = new Map<string, string>()
  const modules: Readonly<Record<string, unknown>> = {
    Networking: networking(emit, blobs),
    BlobModule: {
      getConstants: () => ({ BLOB_URI_SCHEME: 'blob', BLOB_URI_HOST: null }),
      addNetworkingHandler() {},
      addWebSocketHandler() {},
      removeWebSocketHandler() {},
      sendOverSocket() {},
      createFromParts(parts: readonly { type: string; data: string & { blobId: string } }[], id: string) {
        blobs.set(id, parts.map(({ type, data }) => (type === 'string' ? data : (blobs.get(data.blobId) ?? ''))).join(''))
      },
      release: (id: string) => void blobs.delete(id),
    },
    FileReaderModule: {
      readAsText: async ({ blobId, offset, size }: { blobId: string; offset: number; size: number }) =>
        blobs.get(blobId)?.slice(offset, offset + size),
    },
    PlatformConstants: {
      getConstants: () => ({ isTesting: true, reactNativeVersion: { major: 0, minor: 83, patch: 9 }, osVersion: '18', systemName: 'iOS' }),
    },
  }
  Object.assign(globalThis, {
    ...timers(globalThis.setTimeout as unknown as (task: () => void) => void),
    global: globalThis,
    nativeModuleProxy: modules,
    __turboModuleProxy: (name: string) => modules[name] ?? null,
    console: { log: print, warn: print, error: print, info: print, debug: print, assert() {} },
    performance: { now: () => Date.now(), mark() {}, measure() {} },
  })
}

/** Of a queue of tasks: as long as a timer runs, each turn looks at the time. */
function timers(queueTask: (task: () => void) => void) {
  const running = new Map<number, { readonly at: number; run(): void }>()
  let last = 0
  let isTurning = false

  function turn(): void {
    isTurning = false
    const now = Date.now()
    const [next] = [...running].filter(([, { at }]) => at <= now).sort(([, one], [, other]) => one.at - other.at)
    if (next) running.delete(next[0])
    keepTurning()
    next?.[1].run()
  }

  function keepTurning(): void {
    if (isTurning || !running.size) return
    isTurning = true
    queueTask(turn)
  }

  return {
    setTimeout(task: (...args: readonly unknown[]) => void, delay = 0, ...args: readonly unknown[]): number {
      running.set(++last, { at: Date.now() + delay, run: () => task(...args) })
      keepTurning()
      return last
    },
    clearTimeout: (id: number) => void running.delete(id),
  }
}

declare function print(text: string): void

const boundary = 'react-native-boundary'

function networking(emit: (name: string, args: readonly unknown[]) => void, blobs: Map<string, string>) {
  const worlds = new Worlds()
  const live = new Set<number>()
  let last = 0
  return {
    addListener() {},
    removeListeners() {},
    sendRequest(query: Query, tell: (id: number) => void) {
      const id = ++last
      live.add(id)
      setTimeout(() => {
        tell(id)
        send(id, query, query.url, query.method, query.headers, bodyOf(query, blobs))
      }, 0)
    },
    abortRequest: (id: number) => void live.delete(id),
  }

  function send(id: number, query: Query, url: string, method: string, headers: Query['headers'], body: string): void {
    const [, path = '/'] = /^https?:\/\/[^/]+(\/.*)$/.exec(url) ?? []
    // Port 9 discards: nobody answers there.
    if (/^https?:\/\/[^/]+:9\//.test(url)) {
      live.delete(id)
      emit('didCompleteNetworkResponse', [id, 'Refused', false])
      return
    }
    const field = (name: string): string | undefined => Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1]
    const type = query.data.formData ? `multipart/form-data; boundary=${boundary}` : field('content-type')
    const answer = worlds.answer({ method, path, authorization: field('authorization'), type, body })
    const { location } = answer.headers
    if (location) {
      send(id, query, location, 'GET', {}, '')
      return
    }
    setTimeout(() => {
      if (!live.delete(id)) return
      emit('didReceiveNetworkResponse', [id, answer.status, answer.headers, url])
      if (query.responseType === 'blob') blobs.set(`blob ${id}`, answer.body)
      const data = query.responseType === 'blob' ? { blobId: `blob ${id}`, offset: 0, size: answer.body.length } : answer.body
      emit('didReceiveNetworkData', [id, data])
      emit('didCompleteNetworkResponse', [id, null, false])
    }, answer.after)
  }
}

/** The behaviours send plain ASCII. */
function bodyOf({ data }: Query, blobs: ReadonlyMap<string, string>): string {
  if (data.string !== undefined) return data.string
  if (data.base64 !== undefined) return fromBase64(data.base64)
  if (data.blob) return blobs.get(data.blob.blobId) ?? ''
  if (!data.formData) return ''
  const parts = data.formData.map(({ headers, string = '' }) => {
    const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
    return `--${boundary}\r\n${fields.join('\r\n')}\r\n\r\n${string}\r\n`
  })
  return `${parts.join('')}--${boundary}--\r\n`
}

function fromBase64(text: string): string {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  const bits = [...text.replace(/=+$/, '')].map((digit) => digits.indexOf(digit).toString(2).padStart(6, '0')).join('')
  return (bits.match(/.{8}/g) ?? []).map((byte) => String.fromCharCode(Number.parseInt(byte, 2))).join('')
}
