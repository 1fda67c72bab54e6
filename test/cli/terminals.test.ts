import { expect, it } from 'vitest'
import { explained } from './in-process'

const head = ['HTTP/1.1 401 Unauthorized', 'WWW-Authenticate: Bearer', 'Content-Type: application/json', '']
const transcript = ['> GET /me HTTP/1.1', '> Host: api.example', '> Authorization: Bearer opaque', '>', ...head.map((line) => `< ${line}`)]
const body = '{"message":"jwt {audience} \\"invalid\\""}'
const said = 'The server says: “jwt {audience} "invalid"”'

it.each([
  ['nothing', ''],
  ['a prompt', 'ada@host:~$ '],
  ['a prompt with brackets', '[ada@host ~]$ '],
  ['a prompt on a line of its own', '\nada@host:~$ '],
  ['zsh’s mark of a line that has no end', '%\nada@mac ~ % '],
  ['curl’s last words', '* Closing connection 0\n'],
  ['curl’s last words, of TLS too', '* Closing connection\n* TLSv1.2 (OUT), TLS alert, close notify (256):\n'],
  ['curl’s last words and a prompt', '* Connection #0 to host api.example left intact\nada@host:~$ '],
])('reads a body in JSON also where a terminal shows right behind it: %s', async (_, behind) => {
  for (const lines of [head, transcript]) {
    const { out } = await explained([...lines, body + behind].join('\n'))

    expect(out).toContain('wrong-audience')
    expect(out).toContain(said)
  }
})

it('reads what a pseudo-terminal has recorded: it puts a carriage return before each line end that had one already', async () => {
  for (const end of ['\r\n', '\r\r\n'])
    for (const lines of [head, transcript]) {
      const { out } = await explained([...lines, body].join(end))

      expect(out).toContain('www-authenticate: Bearer')
      expect(out).toContain(said)
    }
})
