import type { FetchLike } from '../platform/fetch-like'
import { readBytes } from '../platform/read-bytes'
import { type BodySnapshot, snapshotOf } from './body-snapshot'

const safe = /^(GET|HEAD|OPTIONS|TRACE|QUERY)$/
const cloneLimit = 1024 * 1024
// What is read from an `init` that is no plain object, such as a Request given in its place.
const fields = [
  'method',
  'headers',
  'body',
  'mode',
  'credentials',
  'cache',
  'redirect',
  'referrer',
  'referrerPolicy',
  'integrity',
  'keepalive',
  'signal',
  'duplex',
] as const

export type HeadersForm = Headers | Record<string, string>

/** A call, read once: what the caller gave, in a form that can be sent again, or is known to be sendable only once. */
export class RequestTemplate {
  readonly method: string
  readonly signal: AbortSignal | null | undefined
  readonly mode: RequestMode | undefined
  readonly #request: Request | undefined
  readonly #init: RequestInit
  readonly #body: BodySnapshot
  #headers: HeadersForm | undefined
  #copy: Promise<Blob | undefined> | undefined

  constructor(input: RequestInfo | URL, init?: RequestInit) {
    const request = isRequest(input) ? input : undefined
    const own = ownFields(init)
    this.#request = request
    this.#init = own
    this.method = (own.method ?? request?.method ?? 'GET').toUpperCase()
    this.signal = own.signal ?? request?.signal
    this.mode = own.mode ?? request?.mode
    this.#headers = copyOf(own.headers ?? request?.headers)
    this.#body = snapshotOf(own.body)
    const { contentType } = this.#body
    if (contentType && !this.hasHeader('content-type')) this.#headers = withHeader(this.#headers, 'content-type', contentType)
  }

  /** Whether the method is safe (RFC 9110 §9.2.1). */
  get isSafe(): boolean {
    return safe.test(this.method)
  }

  /** The snapshot; absent for a one-shot body, and for that of a Request. */
  get body(): BodyInit | null | undefined {
    return this.#body.isOneShot ? undefined : this.#body.body
  }

  /** Whether the body can't be sent a second time, as far as is known before the first. */
  get isOneShot(): boolean {
    return this.#body.isOneShot
  }

  /** Whether the caller set this header; the name in lower case. */
  hasHeader(name: string): boolean {
    const headers = this.#headers
    if (headers === undefined) return false
    return headers instanceof Headers ? headers.has(name) : Object.keys(headers).some((key) => key.toLowerCase() === name)
  }

  /** The caller's headers for one send, to be added to. */
  headers(isReplay: boolean, except: readonly string[]): HeadersForm | undefined {
    const headers = this.#headers
    // The first send may have ours: they are added to it in place of a second copy.
    if (!isReplay || headers === undefined) return headers instanceof Headers ? headers : headers && { ...headers }
    const copy = headers instanceof Headers ? new Headers(headers) : { ...headers }
    if (copy instanceof Headers) for (const name of except) copy.delete(name)
    return copy
  }

  /** Whether a second send would be the whole request again. Settles once the copy of a Request's body is complete. */
  canReplay(): boolean | Promise<boolean> {
    return this.#copy ? this.#copy.then((copy) => copy !== undefined) : !this.#body.isOneShot
  }

  /** Calls `fetch`. A Request's body is copied alongside the first send. */
  send(fetch: FetchLike, url: string, headers: HeadersForm | undefined): Promise<Response> {
    const request = this.#request
    const init = this.#sendInit(headers)
    if (!request) return fetch(url, init)
    const { body } = request
    // Where bodies are no streams, the original is kept whole and a clone of it sent.
    if (body === undefined && this.#usesRequestBody) return fetch(request.clone(), init)
    if (body && this.#usesRequestBody) this.#copy = readBytes(request.clone().body, cloneLimit)
    return fetch(request, init)
  }

  /** Calls `fetch` once more, with the same body and past caches; only where `canReplay`. */
  async sendAgain(fetch: FetchLike, url: string, headers: HeadersForm | undefined): Promise<Response> {
    const request = this.#request
    const init = this.#sendInit(headers)
    // A cached 401 must not answer the replay (RFC 9111); what the caller chose stands.
    if (!init.cache && (request?.cache ?? 'default') === 'default' && canReload(url)) init.cache = 'reload'
    if (!request) return fetch(url, init)
    if (this.#copy) init.body = (await this.#copy) ?? null
    else if (this.#usesRequestBody && request.body === undefined) return fetch(request.clone(), init)
    return fetch(request, init)
  }

  get #usesRequestBody(): boolean {
    return (this.#init.body ?? undefined) === undefined && !/^(GET|HEAD)$/.test(this.method)
  }

  #sendInit(headers: HeadersForm | undefined): RequestInit {
    const init = { ...this.#init }
    if (headers) init.headers = headers
    if (this.#body.body !== undefined) init.body = this.#body.body
    return init
  }
}

function isRequest(input: RequestInfo | URL): input is Request {
  return typeof input === 'object' && 'headers' in input
}

// Some platforms know no cache modes, and throw (workerd).
function canReload(url: string): boolean {
  try {
    return Boolean(new Request(url, { cache: 'reload' }))
  } catch {
    return false
  }
}

// Own properties only: a polluted prototype must not reach the wire (A56).
function ownFields(init: RequestInit | undefined): RequestInit {
  if (!init) return {}
  const prototype = Object.getPrototypeOf(init) as object | null
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return { ...init }
  const values: readonly (readonly [string, unknown])[] = fields.map((field) => [field, Reflect.get(init, field)])
  return Object.fromEntries(values.filter(([, value]) => value !== undefined))
}

function copyOf(headers: HeadersInit | undefined): HeadersForm | undefined {
  if (headers === undefined || headers === null) return undefined
  return Symbol.iterator in headers ? new Headers(headers) : { ...headers }
}

function withHeader(headers: HeadersForm | undefined, name: string, value: string): HeadersForm {
  if (!(headers instanceof Headers)) return { ...headers, [name]: value }
  headers.set(name, value)
  return headers
}
