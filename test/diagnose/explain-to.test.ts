import { AuthenticatedClient, type ClientEvent } from 'authenticated-client'
import { type DiagnosedEvent, explainTo } from 'authenticated-client/diagnose'
import { expect, expectTypeOf, it } from 'vitest'

it('prints one block for a 401 that the app gets to see', () => {
  const [printed, onEvent] = printer()

  for (const event of refusedCall) onEvent(event)

  expect(printed).toHaveLength(1)
  expect(printed[0]).toMatch(/^401 GET https:\/\/api\.example\/orders\n {2}The token is good/)
  expect(printed[0]).not.toContain('hunter2')
})

it('prints nothing for a 401 that a refresh recovers', () => {
  const [printed, onEvent] = printer()

  const [request, response] = refusedCall
  for (const event of [request, response, { type: 'decision', call: 1, action: 'refresh' }, { ...response, status: 200 }]) onEvent(event)

  expect(printed).toEqual([])
})

it('prints why a refresh failed', () => {
  const [printed, onEvent] = printer()

  onEvent({ type: 'refresh-ended', outcome: 'rejected', error: { error: 'invalid_grant' } })

  expect(printed[0]).toContain('refresh-token-rejected')
})

it('is an onEvent handler of the client', async () => {
  const [printed, onEvent] = printer()
  const client = new AuthenticatedClient({
    baseUrl: 'https://api.example',
    fetch: async () => new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer error="insufficient_scope"' } }),
    onEvent,
  })
  await client.setTokens({ accessToken: 'opaque-access-hunter2' })

  await client.fetch('https://api.example/orders?q=hunter2')
  await new Promise((resolve) => setTimeout(resolve))

  expectTypeOf<ClientEvent>().toExtend<DiagnosedEvent>()
  expect(printed).toHaveLength(1)
  expect(printed[0]).toContain('insufficient-scope')
  expect(printed[0]).not.toContain('hunter2')
})

const refusedCall: readonly [DiagnosedEvent, DiagnosedEvent, DiagnosedEvent] = [
  { type: 'request', call: 1, attempt: 0, method: 'GET', url: 'https://api.example/orders?secret=hunter2', scheme: 'Bearer' },
  { type: 'response', call: 1, attempt: 0, status: 401, challenges: [{ scheme: 'Bearer', error: 'insufficient_scope' }] },
  { type: 'decision', call: 1, attempt: 0, action: 'return', reason: 'insufficient_scope' },
]

function printer(): readonly [string[], (event: DiagnosedEvent) => void] {
  const printed: string[] = []
  return [printed, explainTo({ warn: (text) => void printed.push(text) })]
}
