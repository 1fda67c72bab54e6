import type { FetchLike } from '../platform/fetch-like'
import { readBody } from '../platform/read-body'
import { snapshotOf } from './body-snapshot'

const mostCopied = 1024 * 1024

/** A call, read once: what the caller gave, in a form that can be sent again, or is known to be sendable only once. */
export interface RequestTemplate {
  readonly method: string
  /** Whether the method is safe (RFC 9110 §9.2.1). */
  readonly isSafe: boolean
  readonly signal: AbortSignal | null | undefined
  readonly mode: RequestMode | undefined
  /** Whether the body can't be sent a second time, as far as is known before the first. */
  readonly isOneShot: boolean
  /** The snapshot; absent for a one-shot body, and for that of a Request. */
  readonly body: BodyInit | null | undefined
  /** Whether the caller set this header. */
  hasHeader(name: string): boolean
  /** The caller's headers for one send, to be added to. */
  headers(isReplay: boolean): Headers | undefined
  /** Whether a second send would be the whole request again; waits for the copy of a Request's body. */
  canReplay(): Promise<boolean>
  /** Calls `fetch`; a second time past caches, and only where `canReplay`. */
  send(fetch: FetchLike, url: string, headers: HeadersInit | undefined, isReplay: boolean): Promise<Response>
}

export function requestTemplate(input: RequestInfo | URL, init: RequestInit | undefined): RequestTemplate {
  const request = typeof input === 'object' && 'headers' in input ? input : undefined
  const own = ownFields(init)
  const given = own.headers ?? request?.headers
  const callers = given && new Headers(given)
  const { body, isOneShot = false, contentType } = snapshotOf(own.body)
  const method = (own.method ?? request?.method ?? 'GET').toUpperCase()
  const addsType = contentType && !callers?.has('content-type')
  const sendable = addsType ? new Headers(callers) : callers
  if (addsType) sendable?.set('content-type', contentType)
  let copy: Promise<Blob | undefined> | undefined
  let copied: Blob | undefined

  return {
    method,
    isSafe: /^(GET|HEAD|OPTIONS|TRACE|QUERY)$/.test(method),
    signal: own.signal ?? request?.signal,
    mode: own.mode ?? request?.mode,
    isOneShot,
    body: isOneShot ? undefined : body,
    hasHeader: (name) => callers?.has(name) === true,
    // The first send may have the original: what a scheme sets, it sets anew for the second.
    headers: (isReplay) => (isReplay && sendable ? new Headers(sendable) : sendable),
    async canReplay() {
      copied = await copy
      return copy ? copied !== undefined : !isOneShot
    },
    send(fetch, url, headers, isReplay) {
      const fields: RequestInit = { ...own, ...(headers && { headers }), ...(body && { body }) }
      // A cached 401 must not answer the replay (RFC 9111); what the caller chose stands.
      if (isReplay && (own.cache ?? request?.cache ?? 'default') === 'default' && canReload(url)) fields.cache = 'reload'
      if (!request) return fetch(url, fields)
      if (!body) {
        // Where bodies are no streams, the original is kept whole and a clone of it sent.
        if (request.body === undefined) return fetch(request.clone(), fields)
        if (copied) fields.body = copied
        else if (request.body) copy = wholeBody(request.clone().body)
      }
      return fetch(request, fields)
    },
  }
}

// What a polluted prototype adds must not reach the wire (A56); what a Request or a class instance has, must.
function ownFields(init: RequestInit | undefined): RequestInit {
  const own: Record<string, unknown> = {}
  for (let from: object = init ?? {}; from !== Object.prototype && from; from = Object.getPrototypeOf(from)) {
    for (const name of Object.getOwnPropertyNames(from)) own[name] ??= init?.[name as keyof RequestInit]
  }
  return own
}

async function wholeBody(stream: ReadableStream<Uint8Array<ArrayBuffer>> | null): Promise<Blob | undefined> {
  const { bytes, isWhole } = stream ? await readBody(stream, mostCopied) : { bytes: undefined, isWhole: false }
  return isWhole ? bytes : undefined
}

// Some platforms know no cache modes, and throw (workerd).
function canReload(url: string): boolean {
  try {
    return Boolean(new Request(url, { cache: 'reload' }))
  } catch {
    return false
  }
}
