/** A target in the strictest reading: what every URL parser agrees on, or nothing. */
const strict = /^(https?):\/\/([a-z0-9._~-]+|\[[0-9a-f:.]+\])(:\d{1,5})?(?=[/?#]|$)/i

/**
 * The origin of an absolute http(s) URL; `undefined` for all that carries credentials, back slashes, control characters or a
 * scheme of its own (`blob:`). Our own reading, because React Native's `URL` neither throws nor normalises.
 */
export function originOf(url: string): string | undefined {
  const [, scheme, host, port] = strict.exec(url) ?? []
  if (!scheme || !host) return undefined
  const isDefault = port === (scheme.toLowerCase() === 'https' ? ':443' : ':80')
  return `${scheme}://${host}${isDefault ? '' : (port ?? '')}`.toLowerCase()
}

/** Whether credentials may travel there in the clear: only to this machine. */
export function isLoopback(origin: string): boolean {
  return /^https?:\/\/(localhost|[a-z0-9.-]+\.localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(origin)
}

/** `text` as an absolute URL in its normal spelling; `undefined` where there is none. */
export function absolute(text: string, base?: string): string | undefined {
  try {
    return new URL(text, base).href
  } catch {
    return undefined
  }
}

/** Where credentials may go: an exact compare of origins, then exactly that URL is sent. */
export class AllowedOrigins {
  readonly #origins: readonly string[]
  readonly #base: () => string | undefined

  constructor(origins: readonly string[], base: () => string | undefined) {
    this.#origins = origins
    this.#base = base
  }

  /** The URL to send credentials to, or `undefined` where they must not go. */
  target(input: string): string | undefined {
    for (const origin of this.#origins) {
      if (input.startsWith(origin) && (input.length === origin.length || '/?#'.includes(input.charAt(origin.length)))) return input
    }
    const base = this.#base()
    // The common relative form needs no parser, and what begins with one slash can't leave its origin.
    const url = base && /^\/(?![/\\])[^\t\n\r\\]*$/.test(input) ? originOf(base) + input : absolute(input, base)
    const origin = url && originOf(url)
    return origin && this.#origins.includes(origin) ? url : undefined
  }

  /** Whether a response came from where the request went; an empty URL says nothing (a mock, an opaque response). */
  isFrom(responseUrl: string, sentTo: string): boolean {
    return responseUrl === '' || originOf(responseUrl) === originOf(sentTo)
  }
}
