import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An API and a token endpoint that spoils the access token every `period` calls. */
export async function startServer(period: number) {
  let current = 0
  let served = 0
  let refreshes = 0
  const server = createServer((request, response) => {
    request.resume()
    if (request.url === '/token') {
      refreshes++
      const body = { access_token: `access-${current}`, refresh_token: `refresh-${current}`, token_type: 'Bearer', expires_in: 3600 }
      return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    const { authorization } = request.headers
    // Bare fetch brings no token, and is always served.
    if (authorization !== undefined && authorization !== `Bearer access-${current}`)
      return void response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end('{"error":"invalid_token"}')
    served++
    if (served % period === 0) current++
    response.end('{"hello":"world"}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get refreshes() {
      return refreshes
    },
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}
