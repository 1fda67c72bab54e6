// For authors of an API's SDK: accept a `fetch`, and your SDK works with any kind of session. Your users bring their own client; you need
// no option for tokens, no refresh and no retry on 401.
export interface SdkOptions {
  readonly baseUrl: string
  /**
   * Sends requests; give an AuthenticatedClient's to be signed in. That client must have the origin of `baseUrl` as its own `baseUrl`'s or
   * in `allowedOrigins`: elsewhere it sends no credentials, and does not fail.
   * @default globalThis.fetch
   */
  readonly fetch?: typeof globalThis.fetch
}

export interface Sdk {
  me(options?: { readonly signal?: AbortSignal }): Promise<{ readonly sub: string }>
}

export function createSdk({ baseUrl, fetch = (input, init) => globalThis.fetch(input, init) }: SdkOptions): Sdk {
  const root = baseUrl.replace(/\/?$/, '/') // So that its path counts: `new URL('/me', …)` would drop it.
  return {
    async me({ signal } = {}) {
      const response = await fetch(new URL('me', root), signal ? { signal } : {})
      if (response.ok) return response.json()
      // The challenge says what the API finds missing: pass it on.
      throw new Error(`me failed with ${response.status}`, { cause: response.headers.get('www-authenticate') })
    },
  }
}
