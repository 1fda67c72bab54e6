import { AuthenticatedClient } from 'authenticated-client'
import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, beforeAll, expect, it } from 'vitest'

const url = 'https://api.example.com/orders'
const tenants: (string | null)[] = []
const network = setupServer(
  http.post(url, ({ request }) => {
    tenants.push(request.headers.get('x-tenant'))
    return HttpResponse.json({})
  }),
)

beforeAll(() => network.listen({ onUnhandledRequest: 'error' }))
afterAll(() => network.close())

it('a Request keeps the headers of its caller though msw has replaced Headers', async () => {
  const client = new AuthenticatedClient({ baseUrl: url, getTokens: () => ({ accessToken: 'token' }) })

  await client.fetch(new Request(url, { method: 'POST', body: 'x', headers: { 'x-tenant': '7' } }))

  expect(tenants).toEqual(['7'])
})
