import { execFile } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { isScheme, parseChallenges } from 'authenticated-client'
import { afterEach, describe, expect, it } from 'vitest'

// curl was not written by us and reads WWW-Authenticate for a living. Asked for "any" scheme, it answers the strongest challenge that it
// understood, and its answer shows which parameters it read.
describe('parseChallenges reads what curl reads', () => {
  const servers: Server[] = []
  afterEach(() => servers.splice(0).map((server) => server.close()))

  const fields: readonly { readonly title: string; readonly lines: readonly string[] }[] = [
    { title: 'one challenge', lines: ['Digest realm="api", nonce="n-1", qop="auth", algorithm=MD5'] },
    {
      title: 'several lines',
      lines: ['Bearer realm="other"', 'Basic realm="basic"', 'Digest realm="api", nonce="n-2", qop="auth", algorithm=MD5'],
    },
    { title: 'several challenges in one line', lines: ['Basic realm="basic", Digest realm="api", nonce="n-3", qop="auth", algorithm=MD5'] },
    {
      title: 'a stranger before them',
      lines: ['Newauth realm="apps", type=1, title="Login", Digest realm="api", nonce="n-4", qop="auth", algorithm=MD5'],
    },
    { title: 'a comma in a quoted string', lines: ['Digest realm="a, Basic b", nonce="n-5", qop="auth", algorithm=MD5'] },
    { title: 'an escaped quote', lines: ['Digest realm="the \\"api\\"", nonce="n-6", qop="auth", algorithm=MD5'] },
    { title: 'names in capital letters', lines: ['DIGEST REALM="api", NONCE="n-7", QOP="auth", ALGORITHM=MD5'] },
    { title: 'unquoted values', lines: ['Digest realm="api", nonce=n-8, qop=auth, algorithm=MD5'] },
    { title: 'no space after commas', lines: ['Digest realm="api",nonce="n-9",qop="auth",algorithm=MD5,opaque="o"'] },
  ]

  it.each(fields)('with $title', async ({ lines }) => {
    const { url, received } = await serve(lines)

    await promisify(execFile)('curl', ['--silent', '--anyauth', '--user', 'user:password', url])
    const ours = parseChallenges(lines).find((challenge) => isScheme(challenge, 'digest'))
    const answer = parseChallenges(received.at(-1) ?? '')[0]

    expect(answer && isScheme(answer, 'digest')).toBe(true)
    expect(ours?.params).toMatchObject({ realm: answer?.params.realm, nonce: answer?.params.nonce })
    expect(ours?.params.nonce).toMatch(/^n-\d$/)
  })

  /** Refuses until it gets credentials, and keeps the credentials it got. */
  async function serve(lines: readonly string[]): Promise<{ readonly url: string; readonly received: readonly string[] }> {
    const received: string[] = []
    const server = createServer(({ headers: { authorization } }, response) => {
      if (authorization === undefined) {
        response.writeHead(401, { 'www-authenticate': [...lines] }).end()
      } else {
        received.push(authorization)
        response.end()
      }
    })
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, received }
  }
})
