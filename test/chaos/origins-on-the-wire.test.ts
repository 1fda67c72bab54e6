import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AuthenticatedClient, memoryStore } from 'authenticated-client'
import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'
import { runs } from '../support/property'

// `npm run prove` sets PROVE_CASES.
const cases = Math.min(100_000, Number(process.env.PROVE_CASES ?? 3_000))

it(`carries a token to the allowed origin alone, however a URL is spelled: ${cases} on the wire (A1–A12, A14)`, async () => {
  const allowed = await startServer()
  const foreign = await startServer()
  const client = new AuthenticatedClient({
    allowedOrigins: [`http://127.0.0.1:${allowed.port}`],
    scheme: {
      name: 'Bearer',
      headers: ['authorization'],
      usesTokens: true,
      attach: (request, tokens) => request.setHeader('authorization', `Bearer ${tokens?.accessToken}`),
    },
    store: memoryStore({ accessToken: 'canary-token' }),
  })
  let arrived = 0

  await fc.assert(
    fc.asyncProperty(urls(allowed.port, foreign.port), async (url) => {
      await client.fetch(url).then(
        (response) => response.body?.cancel(),
        () => {},
      )
      for (const { host, authorization } of [...allowed.seen.splice(0), ...foreign.seen.splice(0)]) {
        arrived++
        // Who got it, by the server's own word.
        if (authorization) expect(host, url).toBe(`127.0.0.1:${allowed.port}`)
      }
    }),
    runs(cases),
  )

  expect(arrived).toBeGreaterThan(cases / 10)
  expect(allowed.tokens).toBeGreaterThan(0)
  expect(foreign.tokens).toBe(0)
}, 600_000)

/** Spellings of URLs that parsers have been fooled by; every host is this machine. */
function urls(allowed: number, foreign: number): fc.Arbitrary<string> {
  const host = fc.constantFrom(
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    'localhost',
    'LOCALHOST',
    '127.0.0.1.',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '１２７.0.0.1',
    '127。0。0。1',
    '127.0.0.%31',
  )
  const port = fc.constantFrom(`:${allowed}`, `:${foreign}`, `:0${allowed}`, '')
  const user = fc.constantFrom('', '', '', `127.0.0.1:${allowed}@`, 'user@', 'user:pass@', `127.0.0.1:${allowed}\\@`, '%40')
  const start = fc.constantFrom(
    'http://',
    'http://',
    'HTTP://',
    'http:\\\\',
    'http:/',
    'http:',
    '//',
    'ht\ntp://',
    '\thttp://',
    ' http://',
    'blob:http://',
  )
  const blank = fc.constantFrom('', '', '', '\t', '\n', '\\', '%2f', '/', '\u00ad')
  const tail = fc.constantFrom(
    '/',
    '/me',
    '?x',
    '#x',
    '\\me',
    '',
    '/..//x',
    '/%2e%2e/',
    `/@127.0.0.1:${foreign}/`,
    `/redirect?to=http://127.0.0.1:${foreign}/`,
    `/redirect?to=http://localhost:${allowed}/`,
    `/redirect?to=//127.0.0.1:${foreign}/`,
  )
  return fc.tuple(start, user, host, blank, port, tail).map((parts) => parts.join(''))
}

async function startServer() {
  const seen: { host: string; authorization: string | undefined }[] = []
  const state = { tokens: 0 }
  const server = createServer(({ headers, url = '' }, response) => {
    seen.push({ host: headers.host ?? '', authorization: headers.authorization })
    if (headers.authorization) state.tokens++
    const to = /^\/redirect\?to=(.+)/.exec(url)?.[1]
    response.writeHead(to ? 302 : 200, to ? { location: to } : {}).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    get tokens() {
      return state.tokens
    },
  }
}
