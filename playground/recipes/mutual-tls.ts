// Mutual TLS: the certificate is a matter of the connection, so it is the given `fetch` that brings it, to the token endpoint and to the API
// alike (RFC 8705). Here over node:https, with nothing to install.
import { request } from 'node:https'
import type { FetchLike } from 'authenticated-client'

export interface Certificate {
  readonly key: string
  readonly cert: string
  readonly ca: string
}

export function mutualTlsFetch(certificate: Certificate): FetchLike {
  return async (input, init) => {
    const asked = new Request(input, init)
    const body = Buffer.from(await asked.arrayBuffer())
    return new Promise((resolve, reject) => {
      const { method, signal } = asked
      const options = { ...certificate, method, signal, headers: Object.fromEntries(asked.headers) }
      const sending = request(asked.url, options, (incoming) => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk) => chunks.push(chunk))
        incoming.on('error', reject)
        incoming.on('end', () => {
          const headers = Object.entries(incoming.headersDistinct).flatMap(([name, lines = []]) =>
            lines.map((line) => [name, line] as [string, string]),
          )
          resolve(new Response(chunks.length ? Buffer.concat(chunks) : null, { status: incoming.statusCode ?? 0, headers }))
        })
      })
      sending.on('error', reject)
      sending.end(body)
    })
  }
}
