import { bounded } from '../platform/bounded'
import type { Clock } from '../platform/clock'
import type { FetchLike } from '../platform/fetch-like'
import { readBody } from '../platform/read-body'
import type { OutgoingRequest } from '../schemes/auth-scheme'
import { snapshotOf } from './body-snapshot'

const mostCopied = 1024 * 1024
const patience = 1_000

/** A call, read once: what the caller gave, in a form that can be sent again, or is known to be sendable only once. */
export class RequestTemplate implements OutgoingRequest {
  url = ''
  /** Whether a scheme has added anything to this send. */
  isTouched = false
  /** Whether the body can't be sent a second time, as far as is known before the first. */
  readonly isOneShot: boolean
  /** The caller's headers; a copy. */
  readonly callers: Headers | undefined
  private readonly request: Request | undefined
  private readonly fields: RequestInit
  private isReplay = false
  private sent: Headers | Record<string, string> | undefined
  private copy: Promise<Blob | undefined> | undefined
  private copied: Blob | undefined

  constructor(input: RequestInfo | URL, init: RequestInit | undefined) {
    const request = typeof input === 'object' && 'headers' in input ? input : undefined
    const fields = ownFields(init)
    const given = fields.headers ?? request?.headers
    const { body, isOneShot = false, contentType } = snapshotOf(fields.body)
    let callers = given && new Headers(given)
    if (contentType) {
      callers ??= new Headers()
      if (!callers.has('content-type')) callers.set('content-type', contentType)
    }
    if (body) fields.body = body
    this.isOneShot = isOneShot
    this.callers = callers
    this.sent = callers
    this.request = request
    this.fields = fields
  }

  get method(): string {
    return (this.fields.method ?? this.request?.method ?? 'GET').toUpperCase()
  }

  get signal(): AbortSignal | null | undefined {
    return this.fields.signal ?? this.request?.signal
  }

  get mode(): RequestMode | undefined {
    return this.fields.mode ?? this.request?.mode
  }

  /** Whether the method is safe (RFC 9110 §9.2.1). */
  get isSafe(): boolean {
    return /^(GET|HEAD|OPTIONS|TRACE|QUERY)$/.test(this.method)
  }

  get body(): BodyInit | null | undefined {
    return this.isOneShot ? undefined : this.fields.body
  }

  get headers(): Headers {
    this.isTouched = true
    if (!(this.sent instanceof Headers)) this.sent = new Headers(this.sent)
    return this.sent
  }

  setHeader(name: string, value: string): void {
    this.isTouched = true
    if (this.sent instanceof Headers) this.sent.set(name, value)
    else this.sent = { ...this.sent, [name]: value }
  }

  /** Whether a second send would be the whole request again; waits a second for the copy of a Request's body. */
  async canReplay(clock: Clock): Promise<boolean> {
    // A 401 may come while the upload still runs (F81).
    this.copied = this.copy && (await bounded(this.copy, patience, clock, noCopy).catch(noCopy))
    return this.copy ? this.copied !== undefined : !this.isOneShot
  }

  /** Makes ready for a second send: what the schemes added is theirs to add anew. Only where `canReplay`. */
  rewind(): void {
    this.isReplay = true
    this.isTouched = false
    this.sent = this.callers && new Headers(this.callers)
  }

  /** Calls `fetch`; a second time past caches. */
  send(fetch: FetchLike): Promise<Response> {
    const { request, url, isReplay, sent } = this
    const fields = isReplay ? { ...this.fields } : this.fields
    if (sent) fields.headers = sent
    // A cached 401 must not answer the replay (RFC 9111); what the caller chose stands.
    if (isReplay && (fields.cache ?? request?.cache ?? 'default') === 'default' && canReload(url)) fields.cache = 'reload'
    if (!request) return fetch(url, fields)
    if (!fields.body) {
      // Where bodies are no streams, the original is kept whole and a clone of it sent.
      if (request.body === undefined) return fetch(request.clone(), fields)
      if (this.copied) fields.body = this.copied
      else if (request.body) this.copy = wholeBody(request.clone().body)
    }
    return fetch(request, fields)
  }
}

// What a polluted prototype adds must not reach the wire (A56); what a Request or a class instance has, must.
function ownFields(init: RequestInit | undefined): RequestInit {
  const fields: Record<string, unknown> = { ...init }
  for (let from = init && Object.getPrototypeOf(init); from && from !== Object.prototype; from = Object.getPrototypeOf(from)) {
    for (const name of Object.getOwnPropertyNames(from)) fields[name] ??= init?.[name as keyof RequestInit]
  }
  return fields
}

async function wholeBody(stream: ReadableStream<Uint8Array<ArrayBuffer>> | null): Promise<Blob | undefined> {
  const { bytes, isWhole } = (stream && (await readBody(stream, mostCopied))) ?? {}
  return isWhole ? bytes : undefined
}

function noCopy(): undefined {}

// Some platforms know no cache modes, and throw (workerd).
function canReload(url: string): boolean {
  try {
    return Boolean(new Request(url, { cache: 'reload' }))
  } catch {
    return false
  }
}
