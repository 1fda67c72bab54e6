import { expect, it } from 'vitest'
import { explained } from './in-process'

const refused = ['HTTP/1.1 401 Unauthorized', 'WWW-Authenticate: Bearer error="invalid_token"', '']
const bare = (request: readonly string[]) => [...request, ...refused].join('\n')
const asTranscript = (request: readonly string[], body: readonly string[] = []) =>
  [...request.map((line) => `> ${line}`), ...body, ...refused.map((line) => `< ${line}`)].join('\n')
const post = ['POST /orders HTTP/1.1', 'Host: api.example', 'Authorization: Bearer opaque', '']
const get = ['GET /orders HTTP/1.1', ...post.slice(1)]
const posted = '{"a":"hunter2"}'
const har = JSON.stringify({
  log: {
    entries: [
      {
        request: { method: 'POST', url: 'https://api.example/orders', headers: [], postData: { text: posted } },
        response: { status: 401, headers: [], content: {} },
      },
    ],
  },
})

it.each([
  ['a message', bare([...post, posted, ''])],
  ['a HAR', har],
  ['a curl that was typed', `$ curl -i -d '${posted}' https://api.example/orders\n${refused.join('\n')}`],
  ['a transcript that shows no body', asTranscript([...post.slice(0, -1), 'Content-Length: 15', ''])],
  ['a GET that has one', asTranscript([...get.slice(0, -1), 'Content-Length: 15', ''])],
  ['a body in pieces', asTranscript([...post.slice(0, -1), 'Transfer-Encoding: chunked', ''])],
])('sends a body again, from a file: %s', async (_, input) => {
  const { out } = await explained(input)

  expect(out).toMatch(/curl -i -X '(POST|GET)' .*--data-binary @body 'https:\/\/api\.example\/orders'$/)
  expect(out).toContain('To send it again, set its variables to your secrets and write the body to a file named “body”:')
  expect(out).not.toContain('hunter2')
})

it('names all that is to be done before, where query and body were left out', async () => {
  const { out } = await explained(bare(['POST /orders?page=2 HTTP/1.1', ...post.slice(1), posted, '']))

  expect(out).toContain(
    'To send it again, set its variables to your secrets, put the query back in place of “?…” and write the body to a file named “body”:',
  )
})

it.each([
  ['a message', bare([...post, ''])],
  ['a message whose length says so', bare([...post.slice(0, -1), 'Content-Length: 0', '', ''])],
  ['a transcript, with what curl says of the answer', asTranscript(get, ['>', '{ [20 bytes data]', '* all fine'])],
])('sends no body where there was none: %s', async (_, input) => {
  const { out } = await explained(input)

  expect(out).toContain('To send it again, set its variables to your secrets:')
  expect(out).not.toContain('@body')
})

it('holds no character that is not seen, or turns a text around', async () => {
  const fields = ['X-\u202eShown\u200b: 1', 'Accept: \u202etext/\u009bhtml']

  const { out } = await explained(bare([...get.slice(0, -1), ...fields, '']))

  expect(out).toContain(`-H "X-Shown: $X__SHOWN_"`)
  expect(out).toContain(`-H 'Accept:  text/ html'`)
  expect(out).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u)
})
