import { expect, it } from 'vitest'
import { explained } from './in-process'

const said = '{"message":"The password hunter2-pass is wrong"}'
const answer = ['HTTP/2 401', 'www-authenticate: Bearer error="invalid_token"', 'set-cookie: sid=hunter2', '', said]
const sent = `'{"password":"hunter2-pass"}'`

it.each([
  ['a URL', 'https://ada:hunter2-pass@api.example/me'],
  ['a URL, percent-encoded', 'https://ada:hunter2%2Dpass@api.example/me'],
  ['a URL, in place of the user', 'https://hunter2-pass@api.example/me'],
  ['Digest', '--digest -u ada:hunter2-pass https://api.example/me'],
  ['a proxy', '--proxy-user ada:hunter2-pass https://api.example/me'],
  ['the URL of a proxy', '-x http://ada:hunter2-pass@proxy.example:8080 https://api.example/me'],
  ['a certificate', '--cert client.pem --pass hunter2-pass https://api.example/me'],
  ['a certificate, behind its file', '-E client.pem:hunter2-pass https://api.example/me'],
])('does not repeat a password that was typed for %s', async (_, typed) => {
  const transcript = ['> GET /me HTTP/1.1', '> Host: api.example', '>', '< HTTP/1.1 401 Unauthorized', '<', said]
  for (const lines of [answer, transcript])
    for (const args of [[], ['--json']]) {
      const { out } = await explained([`$ curl -i ${typed}`, ...lines].join('\n'), args)

      expect(out).toContain('The password [redacted] is wrong')
      expect(out).not.toContain('hunter2')
    }
})

it.each([
  ['a password', '-u ada:hunter2-pass https://api.example/me'],
  ['a body', `-d ${sent} https://api.example/me`],
  ['a query', 'https://api.example/me?password=hunter2-pass'],
  ['a field', `-H 'X-Api-Key: hunter2-pass' https://api.example/me`],
])('does not repeat what was typed where a redirect was followed: %s', async (_, typed) => {
  for (const args of [[], ['--json']]) {
    const redirect = ['HTTP/2 302', 'location: https://other.example/', '']
    const { out } = await explained([`$ curl -iL ${typed}`, ...redirect, ...answer].join('\n'), args)

    expect(out).toContain('The password [redacted] is wrong')
    expect(out).toContain('The request is not shown')
    expect(out).not.toContain('hunter2')
  }
})

it.each([
  ['typed', [`$ curl -i -H "Authorization: Bearer opaque-hunter2" -d ${sent} 'https://api.example/me?key=hunter2-key'`]],
  [
    'typed, with other names',
    [`curl -siXPOST --oauth2-bearer opaque-hunter2 --data-raw x --json ${sent} https://api.example/me -o out.txt 2>&1 | head`],
  ],
  [
    'typed for curl 8.16 or later, with equals signs',
    [`$ curl -i --request=POST --header='Authorization: Bearer opaque-hunter2' --data=${sent} --url=https://api.example/me`],
  ],
  [
    'copied from Chrome',
    [
      `curl 'https://api.example/me' \\`,
      `  -H 'accept: */*' \\`,
      `  -H 'authorization: Bearer opaque-hunter2' \\`,
      `  -b 'sid=hunter2-sid' \\`,
      `  --data-raw ${sent} \\`,
      '  --compressed',
      '',
    ],
  ],
  [
    'copied on Windows',
    [
      'curl ^"https://api.example/me^" ^',
      '  -H ^"authorization: Bearer opaque-hunter2^" ^',
      '  --data-raw ^"^{^\\^"password^\\^":^\\^"hunter2-pass^\\^"^}^"',
      '',
    ],
  ],
  [
    'typed behind the prompt of cmd.exe',
    [`C:\\Users\\ada>curl -i -H "Authorization: Bearer opaque-hunter2" -d "{\\"password\\":\\"hunter2-pass\\"}" https://api.example/me`],
  ],
  [
    'copied from Postman',
    [
      `curl --location --request POST 'https://api.example/me' \\`,
      `--header 'Authorization: Bearer opaque-hunter2' \\`,
      `--data ${sent}`,
      '',
    ],
  ],
])('reads the curl that stands before its answer: %s', async (_, lines) => {
  for (const end of ['\n', '\r\n'])
    for (const args of [[], ['--json']]) {
      const { code, out } = await explained([...lines, ...answer].join(end), args)

      expect(code).toBe(1)
      expect(out).toMatch(/POST.*https:\/\/api\.example\/me/s)
      expect(out).toContain('The password [redacted] is wrong')
      expect(out).toMatch(/Authorization: Bearer \$TOKEN/i)
      expect(out).not.toMatch(/hunter2|is not shown|credentials-missing/)
    }
})

it.each([
  ['a variable', `curl -i -H "Authorization: Bearer $TOKEN" https://api.example/me`],
  ['a variable of Postman', `curl -i -H 'Authorization: Bearer {{token}}' https://api.example/me`],
  ['a password that is asked for', 'curl -i -u ada https://api.example/me'],
  ['a file of passwords', 'curl -i -n https://api.example/me'],
  ['a scheme that curl answers itself', 'curl -i --digest -u ada:hunter2 https://api.example/me'],
])('does not take what is not shown for something that was not sent: %s', async (_, line) => {
  const { out } = await explained([`$ ${line}`, ...answer].join('\n'))

  expect(out).toMatch(/^GET https:\/\/api\.example\/me\n/)
  expect(out).not.toMatch(/hunter2(?!-pass)|credentials-(missing|malformed)/)
})

it.each([
  ['GET', '--cacert ca.pem'],
  ['GET', '--key client.key'],
  ['GET', '--max-time 2.5'],
  ['GET', '--cookie-jar cookies.txt'],
  ['GET', '--noproxy localhost'],
  ['GET', '--connect-to api.example:443:10.0.0.1:443'],
  ['GET', '--doh-url https://dns.example/'],
  ['GET', '--proxy-insecure'],
  ['GET', '--not-known file.txt'],
  ['GET', '-G --data-urlencode to=b.example'],
  ['PUT', '--upload-file order.json'],
])('takes nothing that belongs to an option for the URL, to which the token would be sent again: %s, %s', async (method, option) => {
  const { out } = await explained([`$ curl -i ${option} -H 'Authorization: Bearer hunter2' https://api.example/me`, ...answer].join('\n'))

  expect(out.split('\n')[0]).toBe(`${method} https://api.example/me`)
  expect(out).toContain(`"Authorization: Bearer $TOKEN" 'https://api.example/me'`)
})

it('concludes nothing from credentials that the curl does not show: who pastes it may have left them out', async () => {
  const { out } = await explained(
    ['$ curl -i https://api.example/orders', ...answer.slice(0, 4), '{"message":"The audience is wrong"}'].join('\n'),
  )

  expect(out).toMatch(/^GET https:\/\/api\.example\/orders\n/)
  expect(out).toContain('wrong-audience, likely')
  expect(out).toContain('No credentials are shown')
})

it.each([
  ['its redirect was followed', ['$ curl -iL https://api.example/me', 'HTTP/2 302', 'location: https://other.example/', '']],
  ['it names no URL', ['$ curl -i "$URL"']],
  ['it is only spoken of', ['I used curl and it said:']],
])('reads the answer alone behind a curl where %s', async (_, lines) => {
  const { out } = await explained([...lines, ...answer].join('\n'))

  expect(out).toMatch(/^A response\n {2}401\n/)
})

it('repeats no secret of the body that the command of a transcript shows', async () => {
  const transcript = ['> POST /me HTTP/2', '> Host: api.example', '> ', '< HTTP/2 401', '< ', said]

  const { out } = await explained([`$ curl -sv -d ${sent} https://api.example/me`, ...transcript].join('\n'))

  expect(out).toContain('The password [redacted] is wrong')
})
