type Fetch = typeof globalThis.fetch

export interface InterceptorOptions {
  readonly fetch: Fetch
  readonly tokenEndpoint: string
  readonly clientId: string
  getTokens(): { accessToken: string; refreshToken?: string | undefined } | null
  saveTokens(tokens: { accessToken: string; refreshToken: string }): void
  onLogout(): void
}

/**
 * The interceptor that tutorials show, carried over from axios to fetch: a flag and a queue. Written for the benchmark as fast and as
 * correct as its kind comes; it knows nothing of origins, generations, other tabs, outages, bodies or aborts.
 */
export function createInterceptor(options: InterceptorOptions): Fetch {
  let isRefreshing = false
  let queue: { resolve: (accessToken: string) => void; reject: (error: unknown) => void }[] = []

  function settleQueue(error: unknown, accessToken?: string): void {
    for (const waiting of queue) {
      if (accessToken === undefined) waiting.reject(error)
      else waiting.resolve(accessToken)
    }
    queue = []
  }

  async function refresh(): Promise<string> {
    const response = await options.fetch(options.tokenEndpoint, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: options.getTokens()?.refreshToken ?? '',
        client_id: options.clientId,
      }).toString(),
    })
    if (!response.ok) throw new Error('Session expired')
    const body = (await response.json()) as { access_token: string; refresh_token: string }
    options.saveTokens({ accessToken: body.access_token, refreshToken: body.refresh_token })
    return body.access_token
  }

  async function freshToken(): Promise<string> {
    if (isRefreshing) return new Promise((resolve, reject) => queue.push({ resolve, reject }))
    isRefreshing = true
    try {
      const accessToken = await refresh()
      settleQueue(null, accessToken)
      return accessToken
    } catch (error) {
      settleQueue(error)
      options.onLogout()
      throw error
    } finally {
      isRefreshing = false
    }
  }

  function send(input: RequestInfo | URL, init: RequestInit | undefined, accessToken: string | undefined): Promise<Response> {
    const headers = new Headers(init?.headers)
    if (accessToken !== undefined) headers.set('Authorization', `Bearer ${accessToken}`)
    return options.fetch(input, { ...init, headers })
  }

  return async function fetchWithAuth(input, init) {
    const response = await send(input, init, options.getTokens()?.accessToken)
    if (response.status !== 401) return response
    return send(input, init, await freshToken())
  }
}
