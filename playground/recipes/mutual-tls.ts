// Mutual TLS: the certificate is a matter of the connection, so it is the given `fetch` that brings it, to the token endpoint and to the API
// alike (RFC 8705). Here over node:https, with nothing to install.
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { buffer } from 'node:stream/consumers'
import type { FetchLike } from 'authenticated-client'

export interface Certificate {
  readonly key: string
  readonly cert: string
  readonly ca: string
}

export function mutualTlsFetch(certificate: Certificate): FetchLike {
  return async (input, init) => {
    const asked = new Request(input, init)
    const { method, signal } = asked
    const body = Buffer.from(await asked.arrayBuffer())
    const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
      const options = { ...certificate, method, signal, headers: Object.fromEntries(asked.headers) }
      request(asked.url, options, resolve).on('error', reject).end(body)
    })
    // Not in a listener: what is thrown from here on (a status that no `Response` can have) rejects, and does not end the process.
    const content = await buffer(incoming)
    const { statusCode: status = 0, headersDistinct } = incoming
    const headers = Object.entries(headersDistinct).flatMap(([name, lines = []]) => lines.map((line) => [name, line] as [string, string]))
    return new Response([204, 205, 304].includes(status) ? null : content, { status, headers })
  }
}
