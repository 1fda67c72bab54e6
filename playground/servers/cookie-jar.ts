/** A browser's memory, as far as one login needs it: names and values of one site, no attributes. */
export class CookieJar {
  readonly #cookies = new Map<string, string>()

  /** Sends the cookies, keeps the new ones, and leaves redirects to the caller. */
  async fetch(url: URL, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    headers.set('cookie', [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const cookie of response.headers.getSetCookie()) this.#keep(cookie)
    return response
  }

  #keep(cookie: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
    if (value === '')
      this.#cookies.delete(name) // An empty value is how the server takes a cookie back.
    else this.#cookies.set(name, value)
  }
}
