import { expect, it } from 'vitest'
import { realWorld, tokenIn } from '../requests/real-servers'
import { loopback } from '../support/loopback'

const codes = [300, 301, 302, 303, 304, 305, 306, 307, 308]
const methods = ['GET', 'POST', 'PUT', 'DELETE']

it.each(codes.flatMap((code) => methods.map((method) => [code, method] as const)))(
  'a %i that answers a %s never takes the token to another origin, nor a 401 from there home (F75, F76, A14, A15)',
  async (code, method) => {
    const foreign = await loopback((_, response) => response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end())
    const { client, api, refreshes } = await realWorld(({ path }, response) => {
      if (path === '/there') return void response.writeHead(code, { location: `${foreign.origin}/x` }).end()
      if (path === '/here') return void response.writeHead(code, { location: '/end' }).end()
      response.end('hello')
    })
    const body = method === 'GET' || method === 'DELETE' ? null : 'order'
    const plain = (url: string): Promise<Response> => fetch(url, { method, body, headers: { authorization: 'Bearer access-1' } })

    for (const path of ['/there', '/here']) {
      const [response, expected] = [await client.fetch(`${api.origin}${path}`, { method, body }), await plain(`${api.origin}${path}`)]
      expect([response.status, response.redirected, response.url]).toEqual([expected.status, expected.redirected, expected.url])
    }

    expect(foreign.requests.map(tokenIn)).toEqual(foreign.requests.map(() => undefined))
    expect(api.requests.filter(({ path }) => path === '/end').map(tokenIn)).toEqual(
      api.requests.filter(({ path }) => path === '/end').map(() => 'access-1'),
    )
    expect(refreshes()).toBe(0)
  },
)
