import { type Context, Hono } from 'hono'

/** Proxies between the page and the API, on the page's own origin, one for each path below `/proxy/`, most with a mistake of their own. */
export function wrongProxies(api: string): Hono {
  const app = new Hono()
  const kept = new Map<string, { readonly at: number; readonly answer: Response }>()

  app.all('/plain/*', (c) => pass(c, api))

  app.all('/strips/*', (c) => pass(c, api, ['authorization']))

  app.all('/caches/*', async (c) => {
    const known = kept.get(c.req.path)
    if (known) {
      const age = Math.round((Date.now() - known.at) / 1000)
      return withHeaders(known.answer.clone(), { age: String(age), 'x-cache': 'HIT' })
    }
    const answer = await pass(c, api)
    if (answer.status === 401) kept.set(c.req.path, { at: Date.now(), answer: answer.clone() })
    return withHeaders(answer, { 'x-cache': 'MISS' })
  })

  // It should say 407, but browsers accept that only from the proxy in their settings: so it says 401.
  app.all('/wants-credentials/*', (c) => c.text('Proxy sign-in required', 401, { 'proxy-authenticate': 'Basic realm="office"' }))
  return app
}

async function pass(c: Context, api: string, without: readonly string[] = []): Promise<Response> {
  const headers = new Headers(c.req.raw.headers)
  for (const name of ['host', 'connection', 'content-length', ...without]) headers.delete(name)
  const path = c.req.path.replace(/^\/proxy\/[^/]+/, '')
  const body = /^(GET|HEAD)$/.test(c.req.method) ? null : await c.req.arrayBuffer()
  const answer = await fetch(api + path, { method: c.req.method, headers, body })
  return withHeaders(answer, { via: '1.1 playground' })
}

function withHeaders(answer: Response, added: Readonly<Record<string, string>>): Response {
  const headers = new Headers([...answer.headers, ...Object.entries(added)])
  // Here the page is on the same origin, so CORS headers go; and the body has been decoded.
  for (const name of [...headers.keys()])
    if (/^access-control-|^(content-encoding|content-length|transfer-encoding)$/.test(name)) headers.delete(name)
  return new Response(answer.body, { status: answer.status, headers })
}
