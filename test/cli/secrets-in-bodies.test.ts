import { expect, it } from 'vitest'
import { explained } from './in-process'

const json = (body: object) => JSON.stringify(body)
const har = (text: string, answer: string) =>
  json({
    log: {
      entries: [
        {
          request: { method: 'POST', url: 'https://api.example/login', headers: [{ name: 'Cookie', value: 'a=b' }], postData: { text } },
          response: {
            status: 401,
            headers: [{ name: 'WWW-Authenticate', value: `Bearer error_description="${answer}"` }],
            content: { text: answer },
          },
        },
      ],
    },
  })
const bare = (text: string, answer: string) =>
  [
    'POST /login HTTP/1.1',
    'Host: api.example',
    '',
    ...text.split('\n'),
    '',
    '',
    'HTTP/1.1 401 Unauthorized',
    '',
    json({ message: answer }),
  ].join('\n')

it.each([
  ['a form', 'user=ada&password=hunter2', 'hunter2'],
  ['a form of Rails or PHP', 'user[name]=ada&user[password]=hunter2', 'hunter2'],
  ['a form of Rails or PHP, with escapes', 'user%5Bname%5D=ada&user%5Baccount%5D%5Bpassword%5D=hunter2', 'hunter2'],
  ['a form of Rails or PHP, in parts', '--b\nContent-Disposition: form-data; name="user[password]"\n\nhunter2\n--b--', 'hunter2'],
  ['a form with escapes', 'user=ada&client_secret=hunter2+%C3%A4', 'hunter2 ä'],
  ['JSON', json({ user: 'ada', newPassword: 'hunter2"x' }), 'hunter2"x'],
  ['a number in JSON', json({ pin: 270_271 }), '270271'],
  ['a form in parts', '--b\nContent-Disposition: form-data; name="password"\n\nhunter2\n--b--', 'hunter2'],
  ['XML', '<soap:Body><o:Password Type="text">hunter2</o:Password></soap:Body>', 'hunter2'],
  ['a session in JSON', json({ session_id: 'hunter2' }), 'hunter2'],
  ['a code of a sign-in', 'grant_type=authorization_code&code=hunter2', 'hunter2'],
])('does not repeat a secret of a request’s body that the server repeats: %s', async (_, sent, secret) => {
  for (const record of [har, bare])
    for (const args of [[], ['--json']]) {
      const { out } = await explained(record(sent, `The words ${secret} are wrong for ada`), args)

      expect(out).toContain('The words [redacted] are wrong for ada')
      expect(out).not.toMatch(/hunter2|270271/)
    }
})

it.each([
  'refresh_token',
  'password',
  'user[password]',
  'user%5Bpassword%5D',
  'appid',
  'pwd',
  'pass',
  'pin',
  'otp',
  'sid',
  'session',
  'session_id',
  'auth',
  'sig',
  'code',
  'apikey',
])('knows a secret by the same name in a query and in a body: %s', async (name) => {
  const inBody = bare(`user=ada&${name}=hunter2`, 'The words hunter2 are wrong for ada')
  const inQuery = bare('', 'The words hunter2 are wrong for ada').replace('/login', `/login?user=ada&${name}=hunter2`)

  for (const input of [inBody, inQuery]) {
    const { out } = await explained(input)

    expect(out).toContain('The words [redacted] are wrong for ada')
    expect(out).not.toContain('hunter2')
  }
})

it('reads an answer in JSON also where the body says true of a secret', async () => {
  const { out } = await explained(bare('session=true', 'jwt expired').replace('{"message"', '{"ok":true,"message"'))

  expect(out).toContain('The server says: “jwt expired”')
})

it('understands an answer whose words a name in the body repeats', async () => {
  const { out } = await explained(
    bare('grant_type=refresh_token&token_type_hint=refresh_token&refresh_token=hunter2', 'The refresh_token expired'),
  )

  expect(out).toContain('refresh-token-rejected')
})

it('does not repeat a secret of a query or a field where the credentials may be hidden', async () => {
  const request = { url: 'https://api.example/?api_key=hunter2', headers: [{ name: 'X-Tenant', value: 'hunter2-tenant' }] }
  const content = { text: json({ message: 'The words hunter2-tenant and hunter2 are wrong' }) }
  const input = json({ log: { entries: [{ request, response: { status: 401, headers: [], content } }] } })

  const { out } = await explained(input)

  expect(out).toContain('The words [redacted] and [redacted] are wrong')
})

it.each([
  ['Rails', ['Authorization: Token token="hunter2", email="ada"']],
  ['OAuth 1', ['Authorization: OAuth oauth_consumer_key="shop", oauth_token="hunter2", oauth_version="1.0"']],
  ['Google, formerly', ['Authorization: GoogleLogin auth=hunter2']],
  ['several lines of cookies, as HTTP/2 allows', ['Cookie: theme=dark', 'Cookie: sid=hunter2']],
])('does not repeat a secret that is one of several things in a field: %s', async (_, sent) => {
  const answer = [
    'HTTP/1.1 401 Unauthorized',
    'WWW-Authenticate: Bearer realm="hunter2"',
    '',
    json({ message: 'The words hunter2 are wrong' }),
  ]

  const { out } = await explained(['GET /me HTTP/1.1', 'Host: api.example', ...sent, '', ...answer].join('\n'))

  expect(out).toContain('Bearer realm="[redacted]"')
  expect(out).not.toContain('hunter2')
})
