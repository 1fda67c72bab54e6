export const api = 'https://api.example.com'
export const tokenEndpoint = 'https://login.example.com/token'

type Fetch = typeof globalThis.fetch

export interface StubServer {
  readonly fetch: Fetch
  readonly tokens: { readonly accessToken: string; readonly refreshToken: string }
  readonly refreshes: number
  /** From now on the access token is refused. */
  expire(): void
}

/** Both servers of a story behind one `fetch`, without a network: what is left to measure is the client. */
export function stubServer(): StubServer {
  let generation = 0
  let good = true
  let refreshes = 0
  const tokens = () => ({ accessToken: `access-${generation}`, refreshToken: `refresh-${generation}` })

  return {
    get tokens() {
      return tokens()
    },
    get refreshes() {
      return refreshes
    },
    expire: () => {
      good = false
    },
    fetch: async (input, init) => {
      // Every fetch reads the URL it is given, too.
      if (String(input).endsWith('/token')) {
        if (!String(init?.body).includes(tokens().refreshToken)) return json(400, '{"error":"invalid_grant"}')
        refreshes++
        generation++
        good = true
        const { accessToken, refreshToken } = tokens()
        return json(200, `{"access_token":"${accessToken}","refresh_token":"${refreshToken}","token_type":"Bearer","expires_in":3600}`)
      }
      if (good && authorizationOf(init) === `Bearer ${tokens().accessToken}`) return json(200, '{}')
      return json(401, '{"error":"invalid_token"}', { 'www-authenticate': 'Bearer realm="api", error="invalid_token"' })
    },
  }
}

// Every fetch makes Headers of what it is given: the form that a client hands over is part of what the client costs.
function authorizationOf(init: RequestInit | undefined): string | null {
  return new Headers(init?.headers).get('authorization')
}

function json(status: number, body: string, headers?: Record<string, string>): Response {
  return new Response(body, { status, headers: { 'content-type': 'application/json', ...headers } })
}
