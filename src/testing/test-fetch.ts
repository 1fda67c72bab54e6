import { abortReason, createAbortable } from '../platform/abortable'
import type { FetchLike } from '../platform/fetch-like'
import { bodyOf } from './body-of'
import type { TestServer } from './test-server'

const mostHops = 20

/**
 * The network in memory: one `fetch` in front of some servers. As in a browser it follows redirects, drops `Authorization` on the way
 * to another origin, and hides the headers that a response does not expose (`Access-Control-Expose-Headers`, where it has one). An
 * unknown origin is a network error; an abort ends the wait, and breaks a body that is still unread.
 */
export function testFetch(...servers: readonly TestServer[]): FetchLike {
  const abortable = createAbortable()
  // The signal of a Request follows the one that it was made with only while that Request is held, and what never answers holds nothing.
  const underWay = new Set<Call>()

  const send = async (call: Call): Promise<Response> => {
    const { signal } = call
    let { request } = call
    const { redirect } = request
    if (signal.aborted) throw abortReason(signal)
    for (let hop = 0; ; hop++) {
      const { url, method, headers } = request
      const server = servers.find(({ origin }) => origin === new URL(url).origin)
      if (!server) throw new TypeError('fetch failed', { cause: new Error(`No test server is at ${new URL(url).origin}`) })
      const again = request.clone()
      const response = await abortable(server.answer(request), signal)
      if (response.type === 'error') throw new TypeError('fetch failed')
      const location = /^30[12378]$/.test(String(response.status)) ? response.headers.get('location') : null
      if (location === null || redirect === 'manual') {
        // From here on the call is held by its body.
        const body = bodyOf(response, method, (work) => abortable(work, call.signal))
        return received(response, body, { url, redirected: hop > 0 })
      }
      if (redirect === 'error' || hop === mostHops) throw new TypeError('fetch failed', { cause: new Error('unexpected redirect') })
      const next = new URL(location, url)
      if (next.origin !== new URL(url).origin) headers.delete('authorization')
      const keepsBody = response.status > 303 || /^(GET|HEAD)$/.test(method) || (response.status < 303 && method !== 'POST')
      if (!keepsBody) for (const name of ofBody) headers.delete(name)
      request = keepsBody ? new Request(next, new Request(again, { headers })) : new Request(next, { headers, signal })
    }
  }

  return async (input, init) => {
    const request = new Request(input, init)
    const call = { input, request, signal: init?.signal ?? request.signal }
    underWay.add(call)
    return send(call).finally(() => underWay.delete(call))
  }
}

interface Call {
  readonly input: unknown
  readonly request: Request
  readonly signal: AbortSignal
}

function received(response: Response, body: Response['body'], { url, redirected }: Pick<Response, 'url' | 'redirected'>): Response {
  const headers = exposed(response.headers)
  const { status, statusText } = response
  // A copy, since the headers of what a real `fetch` gave can't be changed.
  const seen = body === response.body && headers === response.headers ? response : new Response(body, { status, statusText, headers })
  // Configurable: a server may answer with what another `testFetch` gave it.
  return Object.defineProperties(seen, {
    url: { value: url.replace(/#.*/s, ''), configurable: true }, // Fetch: "URL serializer with exclude fragment".
    redirected: { value: redirected, configurable: true },
  })
}

/** Those that a page may read. */
function exposed(headers: Headers): Headers {
  const names = headers.get('access-control-expose-headers')?.toLowerCase()
  if (names === undefined || names === '*') return headers
  return new Headers([...headers].filter(([name]) => safelisted.test(name) || names.split(/[\s,]+/).includes(name)))
}

// Fetch, "request-body-header name".
const ofBody = ['content-encoding', 'content-language', 'content-location', 'content-type']

// Fetch, "CORS-safelisted response-header name".
const safelisted = /^(cache-control|content-(language|length|type)|expires|last-modified|pragma)$/
