import type { OutgoingRequest } from '../schemes/auth-scheme'

/** A request that a scheme may add to; `sent()`: its headers, `undefined` where there are none; `isTouched()`: whether it did. */
export interface Outgoing extends OutgoingRequest {
  sent(): HeadersInit | undefined
  isTouched(): boolean
}

export function outgoing(method: string, url: string, body: BodyInit | null | undefined, callers: Headers | undefined): Outgoing {
  let headers = callers
  let plain: Record<string, string> | undefined
  let isTouched = false
  return {
    method,
    url,
    body,
    get headers() {
      isTouched = true
      headers ??= new Headers(plain)
      return headers
    },
    setHeader(name, value) {
      isTouched = true
      if (headers) headers.set(name, value)
      else plain = { ...plain, [name]: value }
    },
    sent: () => headers ?? plain,
    isTouched: () => isTouched,
  }
}
