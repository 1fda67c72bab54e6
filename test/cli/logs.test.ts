import { readFile } from 'node:fs/promises'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { explained } from './in-process'

/** The field says one thing, the body another, in which the server repeats what was sent. */
const challenge = 'Bearer realm="api", error="invalid_token", error_description="The audience is wrong"'
const said = '{"message":"The password hunter2-pass is wrong"}'
const sent = '{"user":"ada","password":"hunter2-pass"}'

const okHttp = [
  '--> POST https://api.example/orders?key=hunter2-key h2',
  'Content-Type: application/json; charset=UTF-8',
  'Authorization: Bearer opaque-hunter2',
  '',
  sent,
  '--> END POST (40-byte body)',
  '<-- 401 https://api.example/orders?key=hunter2-key (120ms)',
  `www-authenticate: ${challenge}`,
  'set-cookie: sid=hunter2-sid',
  '',
  said,
  '<-- END HTTP (48-byte body)',
]
const heads = ['POST /orders?key=hunter2-key HTTP/1.1', 'Host: api.example', 'Authorization: Bearer opaque-hunter2']
const answer = ['HTTP/1.1 401 Unauthorized', `www-authenticate: ${challenge}`, 'set-cookie: sid=hunter2-sid']
const message = (head: readonly string[], body: string) => JSON.stringify([...head, '', body].join('\r\n'))

const logs: Readonly<Record<string, readonly string[]>> = {
  'OkHttp’s HttpLoggingInterceptor': okHttp,
  'OkHttp, in a log that leaves out empty lines': okHttp.filter(Boolean),
  'OkHttp, in logcat': okHttp.map((line, at) => `01-15 12:00:0${at % 10}.123  1234-${1250 + at}/com.example D/OkHttp: ${line}`),
  'OkHttp, in logcat of Android Studio': okHttp.map((line) =>
    `2026-01-15 12:00:00.123  1234-1250  okhttp.OkHttpClient     com.example             I  ${line}`.trimEnd(),
  ),
  'OkHttp, through java.util.logging': okHttp.flatMap((line) => [
    'Jan 15, 2026 12:00:00 PM okhttp3.internal.platform.Platform log',
    `INFO: ${line}`,
  ]),
  'k6 with --http-debug=full, in a file': [
    `time="2026-01-15T12:00:00Z" level=info msg=${message(['Request:', ...heads], sent).replace(/\\r\\n/, '\\n')} group= iter=0 scenario=default source=http-debug vu=1`,
    `time="2026-01-15T12:00:00Z" level=info msg=${message(['Response:', ...answer], said).replace(/\\r\\n/, '\\n')} group= iter=0 scenario=default source=http-debug vu=1`,
  ],
  'Go, with %q': [`2026/01/15 12:00:00 ${message(heads, sent)}`, `2026/01/15 12:00:00 ${message(answer, said)}`],
  'Python’s http.client, below requests': [
    'DEBUG:urllib3.connectionpool:Starting new HTTPS connection (1): api.example:443',
    `send: b'${heads.join('\\r\\n')}\\r\\n\\r\\n'`,
    `send: b'${sent}'`,
    "reply: 'HTTP/1.1 401 Unauthorized\\r\\n'",
    ...answer.slice(1).map((line) => `header: ${line}`),
    'DEBUG:urllib3.connectionpool:https://api.example:443 "POST /orders?key=hunter2-key HTTP/1.1" 401 48',
    said,
  ],
  'IntelliJ and VS Code, without a version': [
    'POST https://api.example/orders?key=hunter2-key',
    'Authorization: Bearer opaque-hunter2',
    '',
    sent,
    '',
    ...answer,
    '',
    said,
    '',
    'Response code: 401 (Unauthorized); Time: 120ms (120 ms); Content length: 48 bytes (48 B)',
  ],
}

describe('explain --from, of a log', () => {
  it.each(Object.keys(logs))('reads what was sent and what came back, and repeats no secret: %s', async (name) => {
    for (const end of ['\n', '\r\n'])
      for (const args of [[], ['--json']]) {
        const { code, out } = await explained((logs[name] ?? []).join(end), args)

        expect(code).toBe(1)
        expect(out).toContain('https://api.example/orders')
        expect(out).toContain('wrong-audience')
        expect(out).toContain('The audience is wrong · The password [redacted] is wrong')
        expect(out).toMatch(/-X 'POST'.* -H .{1,2}Authorization: Bearer \$TOKEN/)
        expect(out).not.toMatch(/hunter2|No credentials are shown/)
      }
  })

  it.each(['curl-trace', 'curl-trace-ascii', 'curl-trace-time'])('reads a captured `curl --trace`: %s', async (name) => {
    const { code, out } = await explained(await readFile(new URL(`transcripts/${name}.txt`, import.meta.url), 'utf8'))

    expect(code).toBe(1)
    expect(out).toMatch(/^(POST|GET) http:\/\/127\.0\.0\.1:4711\/orders\n {2}401\n/)
    expect(out).toContain(
      'www-authenticate: Bearer realm="api", error="invalid_token", error_description="The audience is wrong for this API',
    )
    expect(out).toContain(name === 'curl-trace-time' ? 'The server says' : 'The password [redacted] is wrong')
    expect(out).toContain('Authorization: Bearer $TOKEN')
    if (name !== 'curl-trace-time') expect(out).not.toContain('hunter2')
  })

  it('reads what Node prints of an axios error', async () => {
    const shown = await readFile(new URL('transcripts/axios-error.txt', import.meta.url), 'utf8')

    for (const text of [shown, shown.replaceAll('\n', '\r\n'), shown.slice(shown.indexOf('response: {'))]) {
      const { code, out } = await explained(text)

      expect(code).toBe(1)
      expect(out).toMatch(/^POST http:\/\/127\.0\.0\.1:4711\/orders\n {2}401\n/)
      expect(out).toContain("The audience is wrong · The password [redacted] isn't right")
      expect(out).toContain('Authorization: Bearer $TOKEN')
      expect(out).not.toContain('hunter2')
    }
  })

  it('reads what Node prints of a Response, which does not show the request', async () => {
    const headers = { 'www-authenticate': challenge, 'set-cookie': 'sid=hunter2-sid' }
    const response = new Response(null, { status: 401, statusText: 'Unauthorized', headers })

    for (const text of [inspect(response), inspect({ cause: { response } }, { depth: 9 })]) {
      const { code, out } = await explained(text)

      expect([code, out.slice(0, 17)]).toEqual([1, 'A response\n  401\n'])
      expect(out).toContain('wrong-audience')
      expect(out).toContain('The request is not shown')
      expect(out).not.toContain('hunter2')
    }
  })

  it('says why curl got no answer, where that was traced', async () => {
    const { code, out } = await explained('== Info: Could not resolve host: nowhere.invalid\n== Info: Closing connection 0\n')

    expect(code).toBe(3)
    expect(out).toContain('The request failed: Could not resolve host: nowhere.invalid.')
  })

  it.each([
    ['OkHttp at its level BASIC', '--> GET https://api.example/me\n<-- 401 Unauthorized https://api.example/me (3ms)'],
    [
      'OkHttp that redacts',
      '--> GET https://api.example/me\nAuthorization: ██\n--> END GET\n<-- 401 https://api.example/me (3ms)\n<-- END HTTP',
    ],
    ['a URL that somebody wrote above', 'GET https://api.example/me\n\nHTTP/1.1 401 Unauthorized\n'],
  ])('does not take what is not shown for something that was not sent: %s', async (_, input) => {
    const { out } = await explained(input)

    expect(out).toMatch(/^GET https:\/\/api\.example\/me\n {2}401\n/)
    expect(out).toContain('No credentials are shown')
    expect(out).not.toContain('credentials-missing')
  })

  it('takes a variable of an editor for a token that is not shown', async () => {
    const { out } = await explained('GET https://api.example/me\nAuthorization: Bearer {{token}}\n\nHTTP/1.1 401 Unauthorized\n')

    expect(out).not.toMatch(/credentials-malformed|\{\{/)
  })

  it('finds the request of an answer by its URL, among calls of OkHttp that run side by side', async () => {
    const other = ['--> POST https://login.example/token', '', 'grant_type=client_credentials', '--> END POST (29-byte body)']
    const at = okHttp.findIndex((line) => line.startsWith('<-- 401'))

    const { out } = await explained([...okHttp.slice(0, at), ...other, ...okHttp.slice(at)].join('\n'))

    expect(out).toMatch(/^POST https:\/\/api\.example\/orders\n/)
    expect(out).toContain('The password [redacted] is wrong')
    expect(out).not.toContain('hunter2')
  })

  it('takes the last request of OkHttp where a redirect was followed, so that its answer is of another URL', async () => {
    const { out } = await explained(okHttp.map((line) => line.replace('<-- 401 https://api', '<-- 401 https://other')).join('\n'))

    expect(out).toMatch(/^POST https:\/\/api\.example\/orders\n {2}401\n/)
  })

  it('says why OkHttp got no answer', async () => {
    const { code, out } = await explained([...okHttp.slice(0, 6), '<-- HTTP FAILED: java.net.SocketTimeoutException: timeout'].join('\n'))

    expect(code).toBe(3)
    expect(out).toMatch(/^POST https:\/\/api\.example\/orders\n {2}no answer\n/)
    expect(out).toContain('The request failed: java.net.SocketTimeoutException: timeout.')
    expect(out).toContain(`-H "Authorization: Bearer $TOKEN" --data-binary @body 'https://api.example/orders?…'`)
    expect(out).not.toContain('hunter2')
  })

  it('says of the call of OkHttp that failed why, not of one that began behind it', async () => {
    const failed = '<-- HTTP FAILED: java.net.SocketTimeoutException: timeout'

    const { out } = await explained([...okHttp.slice(0, 6), failed, '--> GET https://other.example/me', '--> END GET'].join('\n'))

    expect(out).toMatch(/^POST https:\/\/api\.example\/orders\n {2}no answer\n/)
  })

  it.each([
    ['--trace-time', '12:00:00.262832 '],
    ['-vv', '12:00:00.262832 [0-0] '],
  ])('reads a transcript with the time before each line of curl’s own: %s', async (_, time) => {
    const sent = ['> GET /me HTTP/2', '> Host: api.example', '> Authorization: Bearer opaque-hunter2', '>']
    const got = ['< HTTP/2 401', `< www-authenticate: ${challenge}`, '< ', '{ [15 bytes data]']

    const { code, out } = await explained([...[...sent, ...got].map((line) => time + line), said].join('\n'))

    expect(code).toBe(1)
    expect(out).toMatch(/^GET https:\/\/api\.example\/me\n {2}401\n/)
    expect(out).toContain('The audience is wrong')
    expect(out).not.toContain('opaque-hunter2')
  })

  it('takes the last exchange of a log', async () => {
    const first = ['--> GET https://api.example/first', '--> END GET', '<-- 200 https://api.example/first (3ms)', '<-- END HTTP']

    const { out } = await explained([...first, ...okHttp].join('\n'))

    expect(out).toMatch(/^POST https:\/\/api\.example\/orders\n/)
  })
})
