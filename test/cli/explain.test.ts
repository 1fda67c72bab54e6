import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { version } from '../../package.json'
import { jwt } from '../diagnose/fixtures'
import { commandLine, serving } from './command-line'
import { explained } from './in-process'

const minute = 60_000
const token = (claims: object = {}) => jwt({ iss: 'https://issuer.example', exp: Math.round(Date.now() / 1000) - 240, ...claims })

describe('explain <url>', () => {
  it('sends the token of the environment, says why it was refused, and prints it nowhere', async () => {
    const TOKEN = token()
    let received: string | undefined

    const { code, out } = await serving(
      (request, response) => {
        received = request.headers.authorization
        response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end()
      },
      (origin) => commandLine(['explain', `${origin}/orders?key=hunter2`, '--token-env', 'TOKEN'], { env: { TOKEN } }),
    )

    expect(received).toBe(`Bearer ${TOKEN}`)
    expect(code).toBe(1)
    expect(out).toContain('token-expired, certain')
    expect(out).toMatch(/exp: \d+ = .*, 4 minutes ago/)
    expect(out).toContain('Clocks: they agree')
    expect(out).toContain('-H "Authorization: Bearer $TOKEN"')
    for (const secret of [TOKEN, TOKEN.split('.')[2] ?? '', 'hunter2', '\u001b']) expect(out).not.toContain(secret)
  })

  it('reads the token from standard input and prints JSON', async () => {
    const { code, out } = await serving(
      (request, response) => response.writeHead(request.headers.authorization === 'DPoP opaque-token-1' ? 200 : 500).end(),
      (origin) => commandLine(['explain', origin, '--token-stdin', '--scheme', 'DPoP', '--json'], { input: 'opaque-token-1\n' }),
    )

    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ response: { status: 200 }, diagnosis: { cause: 'not-refused' } })
    expect(out).not.toContain('opaque-token-1')
  })

  it('says how far the clocks are apart', async () => {
    const TOKEN = token({ exp: Math.round(Date.now() / 1000) + 300 })

    const { out } = await serving(
      (_, response) => {
        response.setHeader('date', new Date(Date.now() + 10 * minute).toUTCString())
        response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end()
      },
      (origin) => commandLine(['explain', origin, '--token-env', 'TOKEN'], { env: { TOKEN } }),
    )

    expect(out).toContain('this machine is 10 minutes behind the server')
    expect(out).toContain('clock-skew')
  })

  it('does not take the age of a cached answer for skew', async () => {
    const { out } = await serving(
      (_, response) => {
        response.setHeader('date', new Date(Date.now() - 4 * minute).toUTCString())
        response.writeHead(401, { age: '240' }).end()
      },
      (origin) => commandLine(['explain', origin]),
    )

    expect(out).toContain('Clocks: they agree')
  })

  it('explains a token that no header can hold, and sends nothing', async () => {
    let requests = 0

    const { code, out, complaints } = await serving(
      (_, response) => {
        requests += 1
        response.end()
      },
      (origin) => commandLine(['explain', origin, '--token-env', 'TOKEN'], { env: { TOKEN: 'first-part\nsecond-part' } }),
    )

    expect(requests).toBe(0)
    expect(code).toBe(1)
    expect(out).toContain('credentials-malformed, certain')
    expect(out + complaints).not.toContain('second-part')
  })

  it.each([
    ['a token', ['--token-env', 'TOKEN'], 2],
    ['a key', ['-H', 'X-Api-Key: hunter2'], 2],
    ['a token, insecurely', ['--token-env', 'TOKEN', '--insecure'], 3],
    ['nothing', [], 3],
  ])('sends no credentials over http: to another machine, unless told to: %s', async (_, args, exitCode) => {
    const asked = await Promise.all(
      ['http://nowhere.invalid/me', 'http://localhost.nowhere.invalid/me'].map((url) =>
        commandLine(['explain', url, ...args], { env: { TOKEN: 'hunter2' } }),
      ),
    )

    expect(asked.map(({ code }) => code)).toEqual([exitCode, exitCode])
    for (const { complaints } of asked)
      expect(complaints).toBe(
        exitCode === 2 ? 'error: http: would show the token to everybody on the way. Use https:, or add --insecure.\n' : '',
      )
  })

  it('keeps the scheme, and shows that there was a query, in the curl that sends it again', async () => {
    const { out } = await serving(
      (_, response) => response.writeHead(401).end(),
      (origin) =>
        commandLine(['explain', `${origin}/orders?page=2`, '--token-env', 'TOKEN', '--scheme', 'ApiKey'], { env: { TOKEN: 'hunter2' } }),
    )

    expect(out).toMatch(/curl -i -H "Authorization: ApiKey \$TOKEN" 'http:\S+\/orders\?…'/)
    expect(out).toContain('and put the query back in place of “?…”:\n')
  })

  it('keeps the name of a header in the curl that sends it again, but for what a shell would read', async () => {
    const { out } = await serving(
      (_, response) => response.writeHead(401).end(),
      (origin) => commandLine(['explain', origin, '-H', 'X-My.Key: hunter2', '-H', 'X-`$My: hunter2']),
    )

    expect(out).toContain('-H "X-My.Key: $X_MY_KEY" -H "X-My: $X___MY"')
  })

  it('marks where it cuts a header', async () => {
    const { out } = await serving(
      (_, response) => response.writeHead(401, { 'www-authenticate': `Bearer realm="${'so long '.repeat(30)}"` }).end(),
      (origin) => commandLine(['explain', origin]),
    )

    expect(out).toMatch(/www-authenticate: Bearer realm="so long .*…\n/)
  })

  it('prints no key that stands in the path', async () => {
    const { out } = await serving(
      (_, response) => response.writeHead(401).end(),
      (origin) => commandLine(['explain', `${origin}/bot123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/getMe`]),
    )

    expect(out).toMatch(/^GET http:\/\/[\d.:]+\/\[redacted\]\/getMe\n/)
    expect(out).not.toContain('AAHdq')
  })

  it('exits with 1 where the status is an error that is not about credentials, and says so', async () => {
    const { code, out } = await serving(
      (_, response) => response.writeHead(500).end(),
      (origin) => commandLine(['explain', origin]),
    )

    expect(code).toBe(1)
    expect(out).toContain('The status is 500: this is not about credentials.')
    expect(out).toContain('\n  not about credentials, likely; to fix by: resource server\n')
  })

  it('names nobody to act on a good answer', async () => {
    const { code, out } = await serving(
      (_, response) => response.writeHead(200).end(),
      (origin) => commandLine(['explain', origin]),
    )

    expect(code).toBe(0)
    expect(out).toContain('\n  not-refused, certain\n')
  })

  it('names in the curl the variable that the token came from', async () => {
    const { out } = await serving(
      (_, response) => response.writeHead(401).end(),
      (origin) => commandLine(['explain', origin, '--token-env', 'ORDERS_TOKEN'], { env: { ORDERS_TOKEN: 'hunter2' } }),
    )

    expect(out).toContain('-H "Authorization: Bearer $ORDERS_TOKEN"')
  })

  it('names $TOKEN in the curl where no shell can name the variable that the token came from', async () => {
    const { out } = await serving(
      (_, response) => response.writeHead(401).end(),
      (origin) => commandLine(['explain', origin, '--token-env', 'api.token'], { env: { 'api.token': 'hunter2' } }),
    )

    expect(out).toContain('-H "Authorization: Bearer $TOKEN"')
  })

  it('says in JSON how far the clocks are apart, with the unit in the name', async () => {
    const { out } = await serving(
      (_, response) => {
        response.setHeader('date', new Date(Date.now() + 10 * minute).toUTCString())
        response.writeHead(401).end()
      },
      (origin) => commandLine(['explain', origin, '--json']),
    )

    expect(JSON.parse(out).skewInMilliseconds).toBeLessThan(-9 * minute)
  })

  it('points out a token in quotes, which an app would send as it is', async () => {
    const { out } = await serving(
      (_, response) => response.writeHead(401).end(),
      (origin) => commandLine(['explain', origin, '--token-env', 'TOKEN'], { env: { TOKEN: '"opaque-token-1"' } }),
    )

    expect(out).toContain('The token is in quotes.')
  })

  it('does not take the line end of a file for a part of the token', async () => {
    const { code } = await serving(
      (request, response) => response.writeHead(request.headers.authorization === 'Bearer opaque-token-1' ? 200 : 401).end(),
      (origin) => commandLine(['explain', origin, '--token-env', 'TOKEN'], { env: { TOKEN: 'opaque-token-1\n' } }),
    )

    expect(code).toBe(0)
  })

  it('reads a problem document from the body', async () => {
    const { out } = await serving(
      (_, response) => response.writeHead(401, { 'content-type': 'application/problem+json' }).end('{"title":"The API key is unknown"}'),
      (origin) => commandLine(['explain', origin, '-H', 'X-Api-Key: sk_live_0123456789abcdefWXYZ']),
    )

    expect(out).toContain('sk_l…WXYZ')
    expect(out).not.toContain('0123456789')
  })

  it('exits with 3 where no answer comes', async () => {
    const origin = await serving(
      () => undefined,
      async (closed) => closed,
    )

    const { code, out } = await commandLine(['explain', origin])

    expect(code).toBe(3)
    expect(out).toContain('network-failure, certain')
    expect(out).toContain('The request failed: ECONNREFUSED.')
    expect(out).not.toMatch(/preflight|browser/)
  })

  it('waits no longer than it is told', async () => {
    const { code, out } = await serving(
      () => undefined,
      (origin) => commandLine(['explain', origin, '--timeout', '0.2']),
    )

    expect(code).toBe(3)
    expect(out).toContain('The request failed: TimeoutError, no answer within 0.2 s.')
  })

  it.each([
    ['a token on the command line', ['explain', 'https://api.example', '-H', 'Authorization: Bearer hunter2']],
    ['a password in the URL', ['explain', 'https://ada:hunter2@api.example']],
    ['a variable that is not set', ['explain', 'https://api.example', '--token-env', 'NO_SUCH_TOKEN']],
    ['neither a URL nor a file', ['explain']],
    ['a method that cannot be sent', ['explain', 'https://api.example', '-X', 'TRACE']],
    ['a header that cannot be sent', ['explain', 'https://api.example', '-H', 'X-Name: hunter2 \u65e5']],
    ['a token for what was recorded', ['explain', '--from', '-', '--token-env', 'TOKEN']],
    ['a header for what was recorded', ['explain', '--from', '-', '-H', 'X-Name: hunter2']],
    ['a method for what was recorded', ['explain', '--from', '-', '-X', 'POST']],
    ['an option that is not there', ['explain', 'https://api.example', '--nonsense']],
  ])('refuses %s with 2', async (_, args) => {
    const { code, out, complaints } = await commandLine(args)

    expect(code).toBe(2)
    expect(complaints).toMatch(/^error: /)
    expect(out + complaints).not.toContain('hunter2')
  })
})

describe('explain --from', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'authenticated-client-cli-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('reads a transcript of curl -v', async () => {
    const transcript = [
      '*   Trying 192.0.2.1:443...',
      '* SSL connection using TLSv1.3 / TLS_AES_256_GCM_SHA384',
      '> GET /orders?q=hunter2 HTTP/2',
      '> Host: api.example',
      '> authorization: Bearer opaque-Acc3ss-hunter2',
      '> ',
      '< HTTP/2 401 ',
      '< www-authenticate: Bearer realm="api"',
      '< via: 1.1 varnish',
      '< ',
      '{"message":"No token"}',
      '* Connection #0 to host api.example left intact',
    ].join('\r\n')

    const { code, out } = await commandLine(['explain', '--from', '-'], { input: transcript })

    expect(code).toBe(1)
    expect(out).toContain('GET https://api.example/orders\n')
    expect(out).toContain('authorization-stripped, likely')
    expect(out).not.toContain('hunter2')
  })

  it.each(['curl-v', 'curl-sv', 'curl-isv'])('reads the body of a captured `%s … 2>&1`', async (name) => {
    const path = fileURLToPath(new URL(`transcripts/${name}.txt`, import.meta.url))

    const { out } = await commandLine(['explain', '--from', path, '--json'])

    const { cause, evidence } = JSON.parse(out).diagnosis
    expect([cause, evidence[0]]).toEqual(['wrong-audience', 'The server says: “The audience is wrong for this API”'])
  })

  it.each([
    ['refused-connection', 'GET http://127.0.0.1:1/', "Failed to connect to 127.0.0.1 port 1 after 0 ms: Couldn't connect to server"],
    ['no-tls', 'GET https://bad.example:4599/', 'OpenSSL/3.0.19: error:0A00010B:SSL routines::wrong version number'],
    ['unknown-host', 'GET http://nowhere.invalid/', 'Could not resolve host: nowhere.invalid'],
  ])('explains with 3 a captured transcript of a connection that failed: %s', async (name, title, said) => {
    const path = fileURLToPath(new URL(`transcripts/${name}.txt`, import.meta.url))

    const { code, out } = await commandLine(['explain', '--from', path])

    expect(code).toBe(3)
    expect(out).toContain(`${title}\n`)
    expect(out).toContain(`The request failed: ${said}.`)
  })

  it.each([
    ['AWS4-HMAC-SHA256 Credential=AKIA', 'AWS4-HMAC-SHA256 $TOKEN'],
    ['hunter2-key more', '$TOKEN'],
  ])('keeps the scheme of “%s” in the curl, and no beginning of a key', async (authorization, shown) => {
    const input = ['> GET / HTTP/1.1', '> Host: api.example', `> Authorization: ${authorization}`, '> ', '< HTTP/1.1 401', '< '].join('\n')

    const { out } = await commandLine(['explain', '--from', '-'], { input })

    expect(out).toContain(`-H "Authorization: ${shown}"`)
    expect(out).not.toContain('hunter2')
  })

  it('reads a transcript that is pasted with an indent', async () => {
    const lines = ['', '> GET /me HTTP/1.1', '> Host: api.example', '> ', '< HTTP/1.1 407 Proxy Authentication Required', '< ']

    const { code, out } = await commandLine(['explain', '--from', '-'], { input: lines.map((line) => `    ${line}`).join('\r\n') })

    expect(code).toBe(1)
    expect(out).toContain('https://api.example/me\n  407\n')
  })

  it.each([
    ['https://api.example/me', []],
    ['https://api.example/me', ['Connected to api.example (192.0.2.1) port 443']],
    ['http://api.example/me', ['Connected to api.example (192.0.2.1) port 80 (#0)']],
    ['https://localhost:8443/me', ['Connected to localhost (127.0.0.1) port 8443', 'SSL connection using TLSv1.3']],
    ['http://localhost:3000/me', []],
    ['https://localhost.example/me', []],
    ['https://api.example/me', ['Established connection to api.example (192.0.2.1 port 443) from 192.168.0.2 port 52345']],
    ['http://api.example/me', ['Established connection to api.example (192.0.2.1 port 80) from 192.168.0.2 port 52345']],
    ['https://api.example:9443/me', ['Connected to api.example (192.0.2.1) port 9443 (#0)']],
    ['https://api.example:8000/me', ['schannel: disabled automatic use of client certificate', 'Connected to api.example port 8000']],
    ['https://api.example:8000/me', ['Connected to api.example port 8000', 'ALPN: curl offers http/1.1']],
    ['https://api.example:8000/me', ['Connected to api.example (192.0.2.1) port 8000', 'using HTTP/3']],
    ['http://api.example:8000/me', ['Connected to api.example (192.0.2.1) port 8000', 'using HTTP/1.x']],
    ['http://ssl.example/me', ['Host ssl.example:80 was resolved.', 'Connected to ssl.example (192.0.2.1) port 80']],
    ['http://ssl.example/me', ["Issue another request to this URL: 'http://ssl.example/me'", 'Connected to ssl.example port 80']],
    ['http://api.example/me', ['Connected to api.example (192.0.2.1) port 80', 'Added cookie tls_session="x" for domain api.example']],
    ['https://api.example:8000/me', ['schannel: SSL/TLS connection with api.example port 8000 (step 1/3)']],
    ['http://0.0.0.0:8000/me', []],
    ['http://[::]:8000/me', []],
  ])('sends no token again in clear where the lines about TLS were cut away: %s, %j', async (url, talk) => {
    const sent = ['GET /me HTTP/2', `Host: ${new URL(url).host}`, 'Authorization: Bearer opaque', '']
    const lines = [...talk.map((line) => `* ${line}`), ...sent.map((line) => `> ${line}`), '< HTTP/2 401', '< ']

    const { out } = await explained(lines.join('\n'))

    expect(out).toContain(`GET ${url}\n`)
    expect(out).toContain(`"Authorization: Bearer $TOKEN" '${url}'`)
  })

  it('repeats no field that curl tells of in its own talk, where that alone was kept', async () => {
    const talk = [
      '* Connected to api.example (192.0.2.1) port 443',
      '* [HTTP/2] [1] [:path: /me]',
      '* [HTTP/2] [1] [authorization: Bearer hunter]',
    ]

    const { code, out } = await explained(talk.join('\n'))

    expect(code).toBe(3)
    expect(out).not.toContain('hunter')
  })

  it('does not call JSON of another kind a HAR', async () => {
    const { code, complaints } = await commandLine(['explain', '--from', '-'], { input: '{"error":"invalid_token"}' })

    expect(code).toBe(2)
    expect(complaints).toContain('neither a HAR nor a transcript')
  })

  it('does not take a page that comes with Basic for a sign-in page, and says each thing once', async () => {
    const page = 'HTTP/1.1 401 Unauthorized\nContent-Type: text/html\nWWW-Authenticate: Basic realm="x"\n\n<html><title>401</title></html>'
    const words = 'HTTP/1.1 401 Unauthorized\nContent-Type: application/json\n\n{"message":"Bad credentials"}'

    const { out: ofPage } = await commandLine(['explain', '--from', '-'], { input: page })
    const { out: ofWords } = await commandLine(['explain', '--from', '-'], { input: words })

    expect(ofPage).toContain('credentials-missing, possible')
    expect(ofPage).toContain('The server asks for Basic.')
    expect(ofWords.match(/wrong, expired or revoked/g)).toHaveLength(1)
  })

  it('shows no cookie that `curl -isv` prints before the body', async () => {
    const sent = ['> GET / HTTP/1.1', '> Host: api.example', '> ']
    const fields = ['HTTP/1.1 401 Unauthorized', 'set-cookie: sid=hunter2', '']

    const { out } = await commandLine(['explain', '--from', '-'], {
      input: [...sent, ...fields.map((line) => `< ${line}`), ...fields].join('\r\n'),
    })

    expect(out).toContain('challenge-missing')
    expect(out).not.toMatch(/hunter2|The server says/)
  })

  it('reads the answer to a request whose method is in lower case', async () => {
    const path = fileURLToPath(new URL('transcripts/lower-case-method.txt', import.meta.url))

    const { code, out } = await commandLine(['explain', '--from', path])

    expect([code, out.split('\n')[1]?.trim()]).toEqual([1, '400'])
    expect(out).toContain("-X 'get'")
  })

  it.each([
    ['Connected to api.example (192.0.2.1) port 8443 (#0)', 'http://api.example:8443/'],
    ['Connected to localhost (::1) port 443', 'https://localhost/'],
    ['Established connection to api.example (192.0.2.1 port 443) from 10.0.0.2 port 50000', 'https://api.example/'],
  ])('knows where a request was meant to go from “%s”', async (said, url) => {
    const input = ['*   Trying 192.0.2.1:443...', `* ${said}`, '* Connection reset by peer'].join('\n')

    const { out } = await commandLine(['explain', '--from', '-'], { input })

    expect(out).toContain(`GET ${url}\n`)
  })

  it('prints no control character of a HAR', async () => {
    const entry = {
      request: { method: 'GET\u001b[2J', url: 'https://api.example/\u001b[2J\u202ea', headers: [{ name: 'x-\u001b[2J', value: 'a' }] },
      response: { status: 401, headers: [] },
    }
    const input = JSON.stringify({ log: { entries: [entry] } })

    for (const args of [[], ['--json']]) {
      const { out } = await commandLine(['explain', '--from', '-', ...args], { input })
      expect(out).toContain('https://api.example')
      expect(out).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u)
    }
  })

  it('explains with 3 a request that curl got no answer to', async () => {
    const input = ['> GET / HTTP/1.1', '> Host: api.example', '> ', '* Empty reply from server', '* Closing connection 0'].join('\n')

    const { code, out } = await commandLine(['explain', '--from', '-'], { input })

    expect([code, out.includes('preflight')]).toEqual([3, false])
    expect(out).toContain('The request failed: Empty reply from server.')
  })

  it('explains a tunnel that a proxy refused', async () => {
    const sent = ['> CONNECT api.example:443 HTTP/1.1', '> Host: api.example:443', '> Proxy-Connection: Keep-Alive']
    const proxy = ['> Proxy-Authorization: Basic aHVudGVyMg==', '> ', '< HTTP/1.1 407 Proxy Authentication Required', '< ']

    const { code, out } = await commandLine(['explain', '--from', '-'], { input: [...sent, ...proxy].join('\n') })

    expect(code).toBe(1)
    expect(out).toMatch(/^CONNECT https:\/\/api\.example:443\/\n/)
    expect(out).toContain(`curl -i --proxy-header "Proxy-Authorization: Basic $TOKEN" 'https://api.example:443/'`)
  })

  it('reads what PowerShell put into a file, which is UTF-16', async () => {
    const from = join(folder, 'utf-16.txt')
    await writeFile(from, '\uFEFFHTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer error="insufficient_scope"\r\n\r\n', 'utf16le')

    const { code, out } = await commandLine(['explain', '--from', from])

    expect(code).toBe(1)
    expect(out).toContain('insufficient-scope, certain')
  })

  it('reads a HAR behind a byte order mark', async () => {
    const entry = { request: { url: 'https://api.example/', headers: [] }, response: { status: 419, headers: [] } }

    const { out } = await commandLine(['explain', '--from', '-'], { input: `\uFEFF${JSON.stringify({ log: { entries: [entry] } })}` })

    expect(out).toContain('csrf')
  })

  it('reads a body that has no line end before curl goes on', async () => {
    const sent = ['> GET /orders HTTP/1.1', '> authorization: Bearer opaque', '> ']
    const answered = ['< HTTP/1.1 401', '< ', '{"message":"jwt expired"}* Connection #0 to host api.example left intact']

    const { out } = await commandLine(['explain', '--from', '-'], { input: [...sent, ...answered].join('\n') })

    expect(out).toContain('The server says: “jwt expired”')
  })

  it('reads the last refusal of a HAR', async () => {
    const path = join(folder, 'page.har')
    const entry = (status: number, headers: readonly object[], text = '') => ({
      startedDateTime: '2026-01-15T12:00:00Z',
      request: { method: 'POST', url: 'https://api.example/cart', headers: [{ name: 'Cookie', value: 'sid=hunter2-session' }] },
      response: { status, headers, content: { text } },
    })
    await writeFile(path, JSON.stringify({ log: { entries: [entry(419, [], '{"message":"CSRF token mismatch."}'), entry(200, [])] } }))

    const { code, out } = await commandLine(['explain', '--from', path, '--json'])

    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({ diagnosis: { cause: 'csrf' }, taken: 'entry 1 of 2, the last refusal' })
    expect(out).not.toContain('hunter2')
  })

  it.each([
    [[200, 401, 200], 'entry 2 of 3, the last refusal', 1],
    [[401, 401], 'entry 2 of 2, the last refusal', 1],
    [[200, 204], 'entry 2 of 2, the last: none was refused', 0],
  ])('says which entry of a HAR it takes, of %j', async (statuses, said, exitCode) => {
    const entries = statuses.map((status) => ({ request: { url: 'https://api.example/', headers: [] }, response: { status, headers: [] } }))

    const { code, out } = await commandLine(['explain', '--from', '-'], { input: JSON.stringify({ log: { entries } }) })

    expect(code).toBe(exitCode)
    expect(out).toContain(`GET https://api.example/\n  ${said}\n`)
  })

  const answer = ['HTTP/1.1 401 Unauthorized', 'www-authenticate: Bearer error="invalid_token"', 'set-cookie: sid=hunter2', '']
  const reason = '{"message":"The audience is wrong"}'
  it.each([
    ['curl -i', [...answer, reason]],
    ['curl -iL, a redirect before it', ['HTTP/2 302', 'location: /orders', '', ...answer, reason]],
    ['curl -i, a prompt before it', ['$ ./orders.sh', ...answer, reason]],
  ])('reads a response alone, as people paste it: %s', async (_, lines) => {
    for (const end of ['\n', '\r\n']) {
      const { code, out } = await commandLine(['explain', '--from', '-'], { input: lines.join(end) })

      expect(code).toBe(1)
      expect(out).toMatch(/^A response\n {2}401\n/)
      expect(out).toContain('wrong-audience, likely')
      expect(out).toContain('The request is not shown')
      expect(out).not.toMatch(/hunter2|credentials-missing|curl/)
    }
  })

  const request = ['GET /orders HTTP/1.1', 'Host: api.example', 'Authorization: Bearer opaque-hunter2', '']
  it.each([
    ['HTTPie, httpx and Postman', [...request, '', ...answer, reason]],
    ['HTTPie, a redirect before it', ['GET / HTTP/1.1', 'Host: api.example', '', 'HTTP/1.1 302 Found', '', ...request, ...answer, reason]],
    ['Fiddler, with the whole URL', ['GET https://api.example/orders HTTP/1.1', ...request.slice(2), ...answer, reason, '-'.repeat(66)]],
    ['k6', ['INFO[0000] Request:', ...request, '  group= iter=0', 'INFO[0000] Response:', ...answer, reason]],
    [
      'wget -d',
      [
        '---request begin---',
        ...request,
        '---request end---',
        'HTTP request sent, awaiting response... ',
        '---response begin---',
        ...answer,
      ],
    ],
  ])('reads a request that stands before its response: %s', async (_, lines) => {
    const { code, out } = await commandLine(['explain', '--from', '-'], { input: lines.join('\n') })

    expect(code).toBe(1)
    expect(out).toMatch(/^GET https:\/\/api\.example\/orders\n {2}401\n/)
    expect(out).toContain('-H "Authorization: Bearer $TOKEN"')
    expect(out).not.toMatch(/hunter2|is not shown|---/)
  })

  it('knows the URL of what is asked of a whole server', async () => {
    const asked = ['OPTIONS * HTTP/1.1', 'Host: api.example', '', ...answer]

    const { out } = await commandLine(['explain', '--from', '-'], { input: asked.join('\n') })

    expect(out).toMatch(/^OPTIONS https:\/\/api\.example\/\n/)
  })

  it('assumes no TLS for a request to this machine, and ignores a request that no response follows', async () => {
    const local = ['GET /orders HTTP/1.1', 'Host: localhost:3000', '', ...answer, reason]

    const { out } = await commandLine(['explain', '--from', '-'], { input: local.join('\n') })
    const { out: other } = await commandLine(['explain', '--from', '-'], { input: [...answer, reason, '', ...request].join('\n') })

    expect(out).toMatch(/^GET http:\/\/localhost:3000\/orders\n/)
    expect(other).toMatch(/^A response\n/)
  })

  it('reads what wget -S prints, and does not take its own words for the server’s', async () => {
    const lines = ['--2026-01-15 12:00:00--  https://api.example/', 'HTTP request sent, awaiting response... ', '  HTTP/1.1 302 Found']
    const followed = ['  Location: /orders', 'Location: /orders [following]', 'HTTP request sent, awaiting response... ']
    const fields = answer.map((line) => line && `  ${line}`)

    const { code, out } = await commandLine(['explain', '--from', '-'], {
      input: [...lines, ...followed, ...fields, 'Username/Password Authentication Failed.'].join('\n'),
    })

    expect(code).toBe(1)
    expect(out).toMatch(/^A response\n {2}401\n {2}www-authenticate: Bearer error="invalid_token"\n/)
    expect(out).not.toMatch(/The server says|hunter2/)
  })

  it('reads a response behind any number of those that come first', async () => {
    const input = 'HTTP/1.1 100 Continue\n\n'.repeat(20_000) + answer.join('\n')

    const { code, out } = await commandLine(['explain', '--from', '-'], { input })

    expect(code).toBe(1)
    expect(out).toMatch(/^A response\n {2}401\n/)
  })

  it('reads what was recorded with the colours and links of a terminal', async () => {
    const bold = (text: string) => `\u001b[1m${text}\u001b[0m`
    const link = '\u001b]8;;https://api.example/\u001b\\/\u001b]8;;\u001b\\'
    const fields = [`${bold('www-authenticate')}: Bearer error="invalid_token", error_description="jwt expired"`, `location: ${link}`]
    const alone = [bold('HTTP/2 401'), ...fields, '', '{}'].join('\r\n')
    const transcript = ['> GET / HTTP/2', '> Host: api.example', '>', bold('< HTTP/2 401'), ...fields.map((one) => `< ${one}`), '<'].join(
      '\n',
    )

    for (const input of [alone, transcript]) {
      const { code, out } = await commandLine(['explain', '--from', '-'], { input })

      expect(code).toBe(1)
      expect(out).toContain('location: /')
      expect(out).toContain('The server says: “jwt expired”')
    }
  })

  it('reads a response alone whose body quotes, or lists', async () => {
    const input = ['HTTP/2 401', 'content-type: text/plain', '', '* jwt expired', '> as they say'].join('\n')

    const { code, out } = await commandLine(['explain', '--from', '-'], { input })

    expect(code).toBe(1)
    expect(out).toContain('The server says: “* jwt expired')
  })

  it('reads the fields of a response alone', async () => {
    const { out } = await commandLine(['explain', '--from', '-', '--json'], { input: answer.slice(0, 2).join('\n') })

    expect(JSON.parse(out)).toMatchObject({ response: { status: 401 }, diagnosis: { cause: 'token-expired', confidence: 'possible' } })
  })

  it.each([
    ['a field', 'WWW-Authenticate: Bearer error="invalid_token", error_description="jwt expired"', 401, 'token-expired', true],
    ['a field of a missing scope', 'www-authenticate: Bearer error="insufficient_scope"', 403, 'insufficient-scope', true],
    [
      'what Chrome shows',
      'status code\n401 Unauthorized\nwww-authenticate\nBearer error="insufficient_scope"',
      401,
      'insufficient-scope',
      false,
    ],
    ['what Firefox shows', 'Status: 403\n\tWWW-Authenticate:\n\tBearer error="insufficient_scope"', 403, 'insufficient-scope', false],
  ])('reads fields without their status line, and says what it takes them for: %s', async (_, input, status, cause, isAssumed) => {
    const { code, out } = await explained(input, ['--json'])

    const report = JSON.parse(out)
    expect([code, report.response.status, report.diagnosis.cause]).toEqual([1, status, cause])
    expect(report.taken).toBe(isAssumed ? `its fields alone, taken for those of a ${status}` : undefined)
  })

  it('takes fields for no answer where none of them is a challenge, and repeats none', async () => {
    const { code, complaints } = await explained('Authorization: Bearer hunter2hunter2\nwww-authenticate:\nx-key: hunter2\n')

    expect([code, complaints.includes('hunter2')]).toEqual([2, false])
  })

  it('reads a captured `curl -i … > file 2>&1`, its progress before it', async () => {
    const path = fileURLToPath(new URL('transcripts/curl-i.txt', import.meta.url))

    const { out } = await commandLine(['explain', '--from', path])

    expect(out).toContain('The server says: “The token expired · jwt expired”')
  })

  it.each([
    ['net::ERR_NAME_NOT_RESOLVED', 'network-failure, certain', false],
    ['net::ERR_FAILED', 'network-failure, likely', true],
  ])('says with 3 why no answer came, as Chrome puts it into a HAR: %s', async (error, cause, mayBePreflight) => {
    const entry = { request: { url: 'https://api.example/', headers: [] }, response: { status: 0, headers: [], _error: error } }

    const { code, out } = await commandLine(['explain', '--from', '-'], { input: JSON.stringify({ log: { entries: [entry] } }) })

    expect([code, out.includes('preflight-refused')]).toEqual([3, mayBePreflight])
    expect(out).toContain(cause)
  })

  it.each(['GET', 'POST'])('takes no answer of an API for a refusal, though its code is a token endpoint’s: %s', async (method) => {
    const entry = (url: string, status: number, text: string) => ({
      request: { method, url, headers: [] },
      response: { status, headers: [], content: { text } },
    })
    const entries = [
      entry('https://login.example/oauth/token', 400, '{"error":"invalid_grant"}'),
      entry('https://api.example/search', 400, '{"error":"invalid_scope"}'),
    ]

    const { out } = await commandLine(['explain', '--from', '-'], { input: JSON.stringify({ log: { entries } }) })

    expect(out).toContain('entry 1 of 2, the last refusal')
  })

  it('does not take what a browser leaves out of a HAR for something that was not sent', async () => {
    const entry = {
      startedDateTime: '2026-01-15T12:00:00Z',
      request: { method: 'GET', url: 'https://api.example/cart', headers: [{ name: 'accept', value: '*/*' }] },
      response: { status: 401, headers: [{ name: 'www-authenticate', value: 'Bearer error="invalid_token"' }], content: {} },
    }

    const { out } = await commandLine(['explain', '--from', '-'], { input: JSON.stringify({ log: { entries: [entry] } }) })

    expect(out).toContain('token-expired, possible')
    expect(out).toContain('No credentials are shown')
    expect(out).not.toContain('credentials-missing')
  })

  it('counts a 400 of a token endpoint as the last refusal of a HAR too', async () => {
    const refused = { status: 400, headers: [], content: { text: '{"error":"invalid_grant"}' } }
    const entries = [
      { request: { method: 'POST', url: 'https://login.example/token', headers: [] }, response: refused },
      { request: { url: 'https://api.example/', headers: [] }, response: { status: 200, headers: [] } },
    ]

    const { code, out } = await commandLine(['explain', '--from', '-'], { input: JSON.stringify({ log: { entries } }) })

    expect([code, out.includes('entry 1 of 2, the last refusal')]).toEqual([1, true])
    expect(out).toContain('refresh-token-rejected')
  })

  it.each([
    ['GitHub’s, with 200', 200, '{"error":"bad_refresh_token"}', 'refresh-token-rejected'],
    ['Salesforce’s', 400, '{"error":"inactive_org"}', 'refresh-token-rejected'],
    ['a user who has to sign in', 400, '{"error":"interaction_required"}', 'interaction-required'],
    ['Supabase’s, in words', 400, '{"message":"Invalid Refresh Token: Already Used"}', 'refresh-token-rejected'],
    ['in base64', 400, 'eyJlcnJvciI6ImludmFsaWRfZ3JhbnQifQ==', 'refresh-token-rejected'],
  ])('knows in a HAR the refusals of a token endpoint that it can explain: %s', async (_, status, text, cause) => {
    const content = text.startsWith('{') ? { text } : { text, encoding: 'base64' }
    const entries = [
      { request: { method: 'POST', url: 'https://login.example/token', headers: [] }, response: { status, headers: [], content } },
      {
        request: { url: 'https://api.example/', headers: [] },
        response: { status: 500, headers: [], content: { text: '{"error":"server_error"}' } },
      },
    ]

    const { out } = await commandLine(['explain', '--from', '-', '--json'], { input: JSON.stringify({ log: { entries } }) })

    expect(JSON.parse(out)).toMatchObject({ taken: 'entry 1 of 2, the last refusal', diagnosis: { cause } })
  })

  it.each([
    ['GraphQL’s', 200, [], '{"data":null,"errors":[{"extensions":{"code":"UNAUTHENTICATED"}}]}', 'graphql-in-band'],
    ['with 500', 500, [], '{"message":"jwt expired"}', 'token-expired'],
    ['a redirect to a sign-in', 302, [{ name: 'location', value: 'https://login.example/login' }], '', 'login-page'],
  ])('knows in a HAR a refusal that has no status of one: %s', async (_, status, headers, text, cause) => {
    const entries = [
      { request: { method: 'POST', url: 'https://api.example/graphql', headers: [] }, response: { status, headers, content: { text } } },
      { request: { url: 'https://api.example/logo.svg', headers: [] }, response: { status: 200, headers: [], content: {} } },
    ]

    const { out } = await explained(JSON.stringify({ log: { entries } }), ['--json'])

    expect(JSON.parse(out)).toMatchObject({ taken: 'entry 1 of 2, the last refusal', diagnosis: { cause } })
  })

  it('takes no page of a HAR for refused because a browser that opened it was led to sign in', async () => {
    const entry = (status: number, headers: readonly object[]) => ({
      request: { url: 'https://app.example/orders', headers: [{ name: 'Accept', value: 'text/html,application/xhtml+xml' }] },
      response: { status, headers, content: { text: '' } },
    })
    const entries = [entry(302, [{ name: 'location', value: 'https://login.example/login' }]), entry(500, [])]

    const { out } = await explained(JSON.stringify({ log: { entries } }))

    expect(out).toContain('entry 2 of 2, the last: none was refused')
  })

  it('reads a string of millions of letters, in an answer as in what was sent', async () => {
    const text = 'a'.repeat(9_000_000)
    const sent = `POST /me HTTP/1.1\nHost: api.example\n\n{"password":"${text}"}`

    const { code, out } = await explained(`${sent}\n\nHTTP/1.1 401 Unauthorized\nWWW-Authenticate: Bearer\n\n{"message":"x ${text}"}$ `)

    expect(code).toBe(1)
    expect(out).toContain('The server says: “x [redacted]”')
  })

  it('reads the lines of a field that a HAR has in one value', async () => {
    const value = 'Basic realm="api"\nBearer error="invalid_token", error_description="jwt expired"'
    const response = { status: 401, headers: [{ name: 'WWW-Authenticate', value }] }
    const entries = [{ request: { url: 'https://api.example/', headers: [] }, response }]

    const { out } = await commandLine(['explain', '--from', '-'], { input: JSON.stringify({ log: { entries } }) })

    expect(out).toContain('token-expired, likely')
    expect(out).toContain('www-authenticate: Basic realm="api", Bearer error="invalid_token"')
  })

  it('sees in a HAR the key that was sent in a field of the API’s own', async () => {
    const entry = {
      request: { url: 'https://api.example/cart', headers: [{ name: 'X-Weather-Key', value: 'hunter2-hunter2' }] },
      response: { status: 401, headers: [] },
    }

    const { out } = await commandLine(['explain', '--from', '-'], { input: JSON.stringify({ log: { entries: [entry] } }) })

    expect(out).toContain('It was sent in x-weather-key: 15 characters.')
    expect(out).not.toContain('No credentials are shown')
  })

  it('says in its help what each exit code means', async () => {
    const { out } = await commandLine(['explain', '--help'])

    expect(out).toContain('1  the request was refused, or failed for another reason: the output says which')
  })

  it.each(['{"log":', 'no transcript', '{"log":{"entries":[]}}'])('refuses %s with 2', async (input) => {
    expect((await commandLine(['explain', '--from', '-'], { input })).code).toBe(2)
  })

  it('says how to record what it can read', async () => {
    const { complaints } = await commandLine(['explain', '--from', '-'], { input: 'it said 401' })

    expect(complaints).toContain('Record one: `curl -sv URL > file 2>&1`.')
  })

  it('refuses a file that is not there', async () => {
    expect((await commandLine(['explain', '--from', join(folder, 'none')])).code).toBe(2)
  })
})

describe('decode', () => {
  it('shows header and claims, and no signature', async () => {
    const input = token({ aud: 'https://api.example' })

    const { code, out } = await commandLine(['decode'], { input })

    expect(code).toBe(0)
    expect(out).toContain('alg: RS256')
    expect(out).toContain('aud: https://api.example')
    expect(out).not.toContain(input.split('.')[2])
  })

  it.each(['Bearer %', 'Authorization: Bearer %', 'authorization: DPoP  %', '"%"', "'Bearer %'", 'Bearer "%"', '“%”'])(
    'reads a token as it is pasted: %s',
    async (pasted) => {
      const { code, out } = await commandLine(['decode'], { input: `${pasted.replace('%', token({ sub: 'ada' }))}\n` })

      expect(code).toBe(0)
      expect(out).toContain('sub: ada')
    },
  )

  it('prints no control character of a token, not even as JSON', async () => {
    const input = jwt({ sub: 'a\u009b2J\u202e' })

    const { out } = await commandLine(['decode', '--json'], { input })

    expect(out).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u)
    expect(JSON.parse(out).claims.sub).toBe('a\u009b2J\u202e')
  })

  it('refuses an empty standard input with 2', async () => {
    for (const args of [['decode'], ['explain', 'http://127.0.0.1:1', '--token-stdin']])
      expect(await commandLine(args, { input: '\n' })).toMatchObject({ code: 2, complaints: 'error: Standard input holds no token.\n' })
  })

  it('ends quietly where nobody reads what it prints', async () => {
    const { code, complaints } = await commandLine(['decode'], { input: token(), unread: true })

    expect([code, complaints]).toEqual([0, ''])
  })

  it('refuses an opaque token with 2, and does not repeat it', async () => {
    const { code, complaints } = await commandLine(['decode'], { input: 'hunter2' })

    expect(code).toBe(2)
    expect(complaints).not.toContain('hunter2')
  })
})

it.each([
  [['explain', '--token=hunter2', 'https://api.example'], "unknown option '--token'"],
  [['explain', '-thunter2', 'https://api.example'], 'unknown option'],
  [['decode', 'hunter2'], 'decode takes no token here, where the shell'],
  [['explain', 'https://api.example', 'hunter2'], 'use --token-env NAME or standard input'],
  [['hunter2'], 'unknown command: the commands are `explain` and `decode`'],
  [['explain', '--from', 'hunter2'], 'The file that --from names cannot be read'],
  [['explain', 'https://api.example', '-X', 'hunter2 '], '-X names a method that cannot be sent'],
  [['explain', 'https://api.example', '--token-env', 'hunter2'], 'Give its name, not the token'],
])('repeats no secret that stands where it should not: %j', async (args, said) => {
  const { code, out, complaints } = await commandLine(args)

  expect([code, out]).toEqual([2, ''])
  expect(complaints).toContain(said)
  expect(complaints).not.toContain('hunter2')
})

it('says its version', async () => {
  const { code, out } = await commandLine(['--version'])

  expect([code, out]).toEqual([0, `${version}\n`])
})

it('teaches its exit codes with --help', async () => {
  const { code, out } = await commandLine(['--help'])

  expect(code).toBe(0)
  expect(out).toContain('Exit codes:')
  expect(out).toContain('Examples:')
  // What a project's own dependency brings is not on the PATH, and `npx` alone would install a stranger's package of that name.
  expect(out.split('\n').filter((line) => /authenticated-client/.test(line) && !/npx --no -- authenticated-client/.test(line))).toEqual([])
})
