import { execFileSync } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { TLSSocket } from 'node:tls'
import { AuthenticatedClient, clientCredentialsGrant, none } from 'authenticated-client'
import { expect, it, onTestFinished } from 'vitest'
import { mutualTlsFetch } from '../../playground/recipes/mutual-tls'

it('mutual-tls: token endpoint and API both see the certificate, and a fetch without it is refused', async () => {
  const seen: string[] = []
  const { baseUrl, certificate } = await serve((request, response) => {
    seen.push(`${request.url} ${(request.socket as TLSSocket).getPeerCertificate().subject.CN}`)
    response.setHeader('content-type', 'application/json')
    response.end(request.url === '/token' ? '{"access_token":"t","token_type":"Bearer","expires_in":60}' : '{}')
  })
  const grant = clientCredentialsGrant({ tokenEndpoint: `${baseUrl}/token`, clientId: 'service', clientAuthentication: none })
  const client = new AuthenticatedClient({ baseUrl, grant, fetch: mutualTlsFetch(certificate) })
  const bare = new AuthenticatedClient({ baseUrl, grant, fetch: mutualTlsFetch({ ...certificate, key: '', cert: '' }) })

  expect((await client.fetch('/me')).status).toBe(200)
  await expect(bare.fetch('/me')).rejects.toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })

  expect(seen).toEqual(['/token service', '/me service'])
})

it('mutual-tls: a status that may have no body has none, and one that no response can have rejects', async () => {
  const { baseUrl, certificate } = await serve((request, response) => {
    response.writeHead(Number(request.url?.slice(1))).end('body')
  })
  const fetch = mutualTlsFetch(certificate)

  const reset = await fetch(`${baseUrl}/205`)

  expect([reset.status, reset.body]).toEqual([205, null])
  await expect(fetch(`${baseUrl}/999`)).rejects.toThrow(RangeError)
})

it.each(['DELETE', 'OPTIONS'])('mutual-tls: a body that goes with %s belongs to it, and is no request of its own', async (method) => {
  const seen: string[] = []
  const { baseUrl, certificate } = await serve(async (request, response) => {
    seen.push(`${request.method} ${request.url} ${await text(request)}`)
    response.end()
  })
  const body = 'GET /admin HTTP/1.1\r\nHost: localhost\r\n\r\n'

  const response = await mutualTlsFetch(certificate)(`${baseUrl}/note`, { method, body })

  expect(response.status).toBe(200)
  expect(seen).toEqual([`${method} /note ${body}`])
})

it.each(['before its headers', 'in its body'])(
  'mutual-tls: an answer that stops %s is given up for the reason that the caller has',
  async (where) => {
    const [caller, reason] = [new AbortController(), new Error('The caller left')]
    const { baseUrl, certificate } = await serve((_, response) => {
      if (where === 'in its body') response.write('the beginning')
      else caller.abort(reason)
    })
    const leave = (): void => void setImmediate(() => caller.abort(reason))
    subscribe('http.client.response.finish', leave) // The headers are here.
    onTestFinished(() => void unsubscribe('http.client.response.finish', leave))

    const answer = mutualTlsFetch(certificate)(`${baseUrl}/slow`, { signal: caller.signal })

    await expect(answer).rejects.toBe(reason)
  },
)

it('mutual-tls: a redirect is given as it is, and is an error for whoever asks for that', async () => {
  const { baseUrl, certificate } = await serve((request, response) => {
    response.writeHead(request.url === '/old' ? 307 : 304, { location: '/new' }).end()
  })
  const fetch = mutualTlsFetch(certificate)

  const moved = await fetch(`${baseUrl}/old`)
  const unchanged = await fetch(`${baseUrl}/same`, { redirect: 'error' })

  expect([moved.status, moved.headers.get('location'), unchanged.status]).toEqual([307, '/new', 304])
  await expect(fetch(`${baseUrl}/old`, { redirect: 'error' })).rejects.toThrow(TypeError)
})

/** A server that asks for certificates, and one that it accepts. */
async function serve(answer: RequestListener) {
  const { certificate, serverCertificate } = certificates()
  const server = createServer({ ...serverCertificate, ca: certificate.ca, requestCert: true, rejectUnauthorized: true }, answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { baseUrl: `https://localhost:${(server.address() as AddressInfo).port}`, certificate }
}

/** An authority made for this test, with a certificate for each end. */
function certificates() {
  const folder = mkdtempSync(join(tmpdir(), 'authenticated-client-tls-'))
  const openssl = (...args: readonly string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
  try {
    const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
    openssl('req', '-x509', ...ec, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '1', '-subj', '/CN=authority')
    for (const name of ['localhost', 'service']) {
      openssl(
        'req',
        ...ec,
        '-keyout',
        `${name}.key`,
        '-out',
        `${name}.csr`,
        '-subj',
        `/CN=${name}`,
        '-addext',
        `subjectAltName=DNS:${name}`,
      )
      openssl(
        'x509',
        '-req',
        '-in',
        `${name}.csr`,
        '-CA',
        'ca.pem',
        '-CAkey',
        'ca.key',
        '-CAcreateserial',
        '-out',
        `${name}.pem`,
        '-days',
        '1',
        '-copy_extensions',
        'copy',
      )
    }
    return {
      certificate: { key: read('service.key'), cert: read('service.pem'), ca: read('ca.pem') },
      serverCertificate: { key: read('localhost.key'), cert: read('localhost.pem') },
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
