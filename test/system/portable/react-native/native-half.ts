import { readFileSync } from 'node:fs'
import { type ClientRequest, type IncomingMessage, request as sendOverHttp } from 'node:http'
import vm from 'node:vm'
import type { Outcome, Platform } from '../../../portable/behaviours'

/**
 * Runs a bundle with React Native's own fetch, XMLHttpRequest, Headers, FormData, Blob and URL in a context that has no other globals
 * than theirs. Only the native half is modelled, over `node:http`: how the two platforms follow redirects (iOS drops `Authorization`
 * on the way, Android keeps it on the same host), and that they send what JavaScript hands them. What is modelled is not measured.
 */
export function runInReactNative(bundle: string, platform: 'ios' | 'android', options: Platform): Promise<Outcome> {
  const context = vm.createContext(globalsOf((name, args) => emit(name, args), platform))
  vm.runInContext('globalThis.global = globalThis', context)
  vm.runInContext(readFileSync(bundle, 'utf8'), context, { filename: bundle })
  // What crosses over is made anew inside: an array from outside is no Array there.
  const emit = (name: string, args: readonly unknown[]): void =>
    vm.runInContext('(name, text) => deviceEvents.emit(name, JSON.parse(text))', context)(name, JSON.stringify(args))
  return vm.runInContext('(text) => runBehaviours(JSON.parse(text))', context)(JSON.stringify(options))
}

/** What React Native's `fetch` hands to its native half. */
export interface Query {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly responseType: 'text' | 'blob' | 'base64'
  readonly data: {
    readonly string?: string
    readonly base64?: string
    readonly blob?: { readonly blobId: string }
    readonly formData?: readonly { readonly headers: Readonly<Record<string, string>>; readonly string?: string; readonly uri?: string }[]
  }
}

type IosArguments = readonly [query: Query, tell: (id: number) => void]

/** Headers as pairs; the id is made in JavaScript. */
type Pairs = readonly (readonly [name: string, value: string])[]
type AndroidArguments = readonly [
  method: string,
  url: string,
  id: number,
  headers: Pairs,
  data: Omit<Query['data'], 'formData'> & {
    readonly formData?: readonly { readonly headers: Pairs; readonly string?: string; readonly uri?: string }[]
  },
  responseType: Query['responseType'],
]

function queryOf([method, url, , headers, { formData, ...data }, responseType]: AndroidArguments): Query {
  const parts = formData?.map((part) => ({ ...part, headers: Object.fromEntries(part.headers) }))
  return { method, url, headers: Object.fromEntries(headers), data: parts ? { ...data, formData: parts } : data, responseType }
}

type Emit = (name: string, args: readonly unknown[]) => void

const boundary = 'react-native-boundary'

function globalsOf(emit: Emit, platform: 'ios' | 'android'): vm.Context {
  const blobs = new Map<string, Buffer>()
  const modules: Readonly<Record<string, unknown>> = {
    Networking: networking(emit, platform, blobs),
    BlobModule: {
      getConstants: () => ({ BLOB_URI_SCHEME: 'blob', BLOB_URI_HOST: null }),
      addNetworkingHandler() {},
      addWebSocketHandler() {},
      removeWebSocketHandler() {},
      sendOverSocket() {},
      createFromParts(parts: readonly { type: string; data: string & { blobId: string } }[], id: string) {
        const bytes = parts.map(({ type, data }) => (type === 'string' ? Buffer.from(data) : (blobs.get(data.blobId) ?? Buffer.alloc(0))))
        blobs.set(id, Buffer.concat(bytes))
      },
      release: (id: string) => void blobs.delete(id),
    },
    FileReaderModule: {
      readAsText: async ({ blobId, offset, size }: { blobId: string; offset: number; size: number }) =>
        blobs
          .get(blobId)
          ?.subarray(offset, offset + size)
          .toString(),
      readAsDataURL: async ({ blobId }: { blobId: string }) => `data:;base64,${blobs.get(blobId)?.toString('base64')}`,
    },
    PlatformConstants: {
      getConstants: () => ({ isTesting: true, reactNativeVersion: { major: 0, minor: 83, patch: 9 }, osVersion: '18', systemName: 'iOS' }),
    },
  }
  const globals: Record<string, unknown> = {
    nativeModuleProxy: modules,
    __turboModuleProxy: (name: string) => modules[name] ?? null,
    console,
    setTimeout,
    clearTimeout,
    setInterval,
    clearInterval,
    setImmediate,
    queueMicrotask,
    atob,
    btoa,
    performance: { now: () => performance.now(), mark() {}, measure() {} },
  }
  return globals
}

function networking(emit: Emit, platform: 'ios' | 'android', blobs: Map<string, Buffer>) {
  const live = new Map<number, ClientRequest>()
  let last = 0
  return {
    addListener() {},
    removeListeners() {},
    clearCookies: (done: (cleared: boolean) => void) => done(true),
    // The two platforms' native modules have signatures of their own.
    sendRequest(...args: IosArguments | AndroidArguments) {
      const isIos = typeof args[0] === 'object'
      const query = isIos ? (args as IosArguments)[0] : queryOf(args as AndroidArguments)
      const id = isIos ? ++last : (args as AndroidArguments)[2]
      setTimeout(() => {
        if (isIos) (args as IosArguments)[1](id)
        const multipart = query.data.formData && { 'content-type': `multipart/form-data; boundary=${boundary}` }
        send(id, query, query.url, query.method, { ...query.headers, ...multipart }, bodyOf(query, blobs), 0)
      }, 0)
    },
    abortRequest(id: number) {
      live.get(id)?.destroy()
      live.delete(id)
    },
  }

  function send(
    id: number,
    query: Query,
    url: string,
    method: string,
    headers: Record<string, string>,
    body: Buffer | undefined,
    hops: number,
  ) {
    const request = sendOverHttp(url, { method, headers }, (response) => {
      const { statusCode = 0 } = response
      const { location } = response.headers
      if ([301, 302, 303, 307, 308].includes(statusCode) && location && hops < 20) {
        response.resume()
        const next = new URL(location, url)
        const keepsBody = statusCode > 303
        const kept = platform === 'ios' ? {} : withoutAuthorization(headers, next.host === new URL(url).host)
        send(id, query, next.href, keepsBody ? method : 'GET', kept, keepsBody ? body : undefined, hops + 1)
        return
      }
      receive(id, query, response, url)
    })
    request.on('error', (error) => {
      if (live.delete(id)) emit('didCompleteNetworkResponse', [id, error.message, false])
    })
    live.set(id, request)
    request.end(body)
  }

  function receive(id: number, { responseType }: Query, response: IncomingMessage, url: string): void {
    const fields = Object.entries(response.headersDistinct).map(([name, lines = []]) => [name, lines.join(', ')])
    emit('didReceiveNetworkResponse', [id, response.statusCode, Object.fromEntries(fields), url])
    const chunks: Buffer[] = []
    response.on('data', (chunk) => chunks.push(chunk))
    response.on('error', () => {})
    response.on('end', () => {
      const bytes = Buffer.concat(chunks)
      live.delete(id)
      if (responseType === 'blob') blobs.set(`blob ${id}`, bytes)
      const data =
        responseType === 'blob'
          ? { blobId: `blob ${id}`, offset: 0, size: bytes.length }
          : bytes.toString(responseType === 'base64' ? 'base64' : 'utf8')
      emit('didReceiveNetworkData', [id, data])
      emit('didCompleteNetworkResponse', [id, null, false])
    })
  }
}

function bodyOf({ data }: Query, blobs: Map<string, Buffer>): Buffer | undefined {
  if (data.string !== undefined) return Buffer.from(data.string)
  if (data.base64 !== undefined) return Buffer.from(data.base64, 'base64')
  if (data.blob) return blobs.get(data.blob.blobId)
  if (!data.formData) return undefined
  const parts = data.formData.map(({ headers, string, uri }) => {
    const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
    return `--${boundary}\r\n${fields.join('\r\n')}\r\n\r\n${string ?? `<${uri}>`}\r\n`
  })
  return Buffer.from(`${parts.join('')}--${boundary}--\r\n`)
}

function withoutAuthorization(headers: Record<string, string>, isSameHost: boolean): Record<string, string> {
  return isSameHost ? headers : Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization'))
}
