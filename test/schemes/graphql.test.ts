import { memoryStore } from 'authenticated-client'
import { graphqlUnauthenticated, sessionExpiredStatus } from 'authenticated-client/graphql'
import { expect, it, onTestFinished, vi } from 'vitest'
import { clientOf, ok } from './client'

const unauthenticated = { errors: [{ message: 'no', extensions: { code: 'UNAUTHENTICATED' } }] }

it.each([
  [200, { data: null, ...unauthenticated }, true],
  [400, unauthenticated, true],
  [200, { data: { me: null }, ...unauthenticated }, false],
  [200, { data: null, errors: [{ extensions: { code: 'FORBIDDEN' } }] }, false],
  [200, { data: null, errors: [{ extensions: { classification: 'UNAUTHORIZED' } }] }, true],
  [200, { errors: [{ extensions: { errorType: 'UNAUTHENTICATED', classification: 'DataFetchingException' } }] }, true],
  [200, { data: null, errors: [{ extensions: { errorType: 'PERMISSION_DENIED' } }] }, false],
  [200, { data: { text: 'UNAUTHENTICATED' }, errors: [{ message: 'UNAUTHORIZED' }] }, false],
  [200, { data: { text: 'UNAUTHENTICATED' } }, false],
  [200, { errors: 'UNAUTHENTICATED' }, false],
  [500, unauthenticated, false],
])('graphqlUnauthenticated of a %i with %j is %s, and leaves the response unread (F78)', async (status, body, expected) => {
  const response = Response.json(body, { status })

  expect(await graphqlUnauthenticated(response)).toBe(expected)
  expect(await response.json()).toEqual(body)
})

it('graphqlUnauthenticated reads JSON only, and no more than 256 KiB of it', async () => {
  const long = { padding: 'x'.repeat(300_000), ...unauthenticated }

  expect(await graphqlUnauthenticated(Response.json(long))).toBe(false)
  expect(await graphqlUnauthenticated(new Response(JSON.stringify(unauthenticated), { headers: { 'content-type': 'text/plain' } }))).toBe(
    false,
  )
})

it.each([
  ['application/json', true],
  [' Application/GraphQL-Response+JSON; charset=utf-8', true],
  ['application/x-ndjson', false],
  ['application/jsonl', false],
  ['application/json-seq', false],
  ['application/stream+json', false],
])('graphqlUnauthenticated reads a body of the type %j: %s, since a stream may never end', async (type, expected) => {
  const { body } = Response.json({ data: null, ...unauthenticated })
  const response = new Response(body)
  Object.defineProperty(response, 'headers', { value: { get: () => type } }) // A mock's may not be trimmed.

  expect(await graphqlUnauthenticated(response)).toBe(expected)
})

it('graphqlUnauthenticated gives up on a body that does not end, and holds on to none of it', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const source = vi.fn()
  const endless = new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('{')), cancel: source })
  const response = new Response(endless, { headers: { 'content-type': 'application/json' } })

  const asked = graphqlUnauthenticated(response)
  await vi.advanceTimersByTimeAsync(10_000)

  expect(await asked).toBe(false)
  await response.body?.cancel()
  expect(source).toHaveBeenCalledOnce()
})

it.each([
  [graphqlUnauthenticated, () => Response.json({ data: null, ...unauthenticated })],
  [sessionExpiredStatus, () => new Response(null, { status: 419 })],
])('%o lets the client refresh and send again', async (isUnauthorized, refused) => {
  const grant = async () => ({ accessToken: 'new' })
  const { client, authorizations } = clientOf({ grant, isUnauthorized, store: memoryStore({ accessToken: 'old' }) }, refused, ok)

  expect((await client.fetch('/graphql', { method: 'POST', body: '{}' })).status).toBe(200)

  expect(authorizations()).toEqual(['Bearer old', 'Bearer new'])
})

it('sessionExpiredStatus knows 419, 440 and 498 (F70)', () => {
  expect([401, 403, 419, 440, 498, 200].filter((status) => sessionExpiredStatus(new Response(null, { status })))).toEqual([419, 440, 498])
})
