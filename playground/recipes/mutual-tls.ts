// Mutual TLS (RFC 8705): the client certificate belongs to the connection, so the `fetch` that you give to the client presents it, both to
// the token endpoint and to the API. This one uses node:https, with nothing to install. It follows no redirects: you get the 3xx itself.
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
    const { method, signal, redirect } = asked
    // node:https says ABORT_ERR or ECONNRESET in place of the caller's reason, such as a `TimeoutError`.
    const fail = (error: unknown): never => {
      throw signal.aborted ? signal.reason : error
    }
    const body = Buffer.from(await asked.arrayBuffer())
    const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
      // For a method that rarely has a body, such as DELETE, node:http says no length by itself: the server would take it for a next request.
      const length = body.length > 0 && { 'content-length': String(body.length) }
      const options = { ...certificate, method, signal, headers: { ...Object.fromEntries(asked.headers), ...length } }
      request(asked.url, options, resolve).on('error', reject).end(body)
    }).catch(fail)
    // Outside of any listener: what throws from here on (a status that no `Response` can have) rejects, and doesn't end the process.
    const content = await buffer(incoming).catch(fail)
    const { statusCode: status = 0, headersDistinct } = incoming
    if (redirect === 'error' && [301, 302, 303, 307, 308].includes(status)) throw new TypeError('It was redirected')
    const headers = Object.entries(headersDistinct).flatMap(([name, lines = []]) => lines.map((line) => [name, line] as [string, string]))
    return new Response([204, 205, 304].includes(status) ? null : content, { status, headers })
  }
}
