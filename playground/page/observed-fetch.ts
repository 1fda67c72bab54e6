import type { FetchLike } from 'authenticated-client'
import { type DiagnosedEvent, type DiagnoseInput, diagnose } from 'authenticated-client/diagnose'
import type { Diagnosed } from './heard'

export interface ObserverOptions {
  readonly expected: DiagnoseInput['expected']
  /** Not diagnosed: the client's own events tell how a refresh failed. */
  readonly tokenEndpoint: string
  readonly now: () => number
  /** What the client said of this request before it went out. */
  readonly said: (url: string) => DiagnosedEvent | undefined
  readonly tell: (diagnosed: Diagnosed) => void
}

/** A `fetch` beneath the client, which sees what was really sent and answered, and diagnoses every refusal. */
export function observedFetch({ expected, tokenEndpoint, now, said, tell }: ObserverOptions): FetchLike {
  return async (input, init) => {
    const sent = input instanceof Request ? input : undefined
    const url = sent?.url ?? String(input)
    const method = init?.method ?? sent?.method ?? 'GET'
    const headers = new Headers(init?.headers ?? sent?.headers)
    const response = await fetch(input, init)
    if (url.startsWith(tokenEndpoint)) return response

    const body = await response.clone().text() // Small, in this playground; an app would not wait here.
    const diagnosis = diagnose({ request: { method, url, headers }, response, body, expected, now: now(), event: said(url) })
    const isRefusal = !response.ok || inBand.test(diagnosis.cause)
    if (isRefusal) tell({ type: 'diagnosed', of: `${method} ${pathOf(url)}`, status: response.status, diagnosis })
    return response
  }
}

/** Refusals that come as a 200. */
const inBand = /^(graphql-in-band|login-page)$/

/** Without query: it may hold a secret. */
export function pathOf(url: string): string {
  return new URL(url, location.href).pathname
}
