/** A target in the strictest reading: what every URL parser agrees on, or nothing. */
const strict = /^(https?:)\/\/([\w.~-]+|\[[\da-f:.]+\])(:\d+)?(?=[/?#]|$)/i

/**
 * The origin of an absolute http(s) URL; `undefined` for all that carries credentials, back slashes, control characters or a
 * scheme of its own (`blob:`). Our own reading, because React Native's `URL` neither throws nor normalises.
 */
export function originOf(url = ''): string | undefined {
  const [, scheme, host, port = ''] = strict.exec(url) ?? []
  return scheme && `${scheme}//${host}${/^(http::80|https::443)$/i.test(scheme + port) ? '' : port}`.toLowerCase()
}

/** Whether credentials may travel there in the clear: only to this machine. */
export function isLoopback(origin: string): boolean {
  return /\/\/((.+\.)?localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(origin)
}

/** `text` as an absolute URL in its normal spelling; `undefined` where there is none. */
export function absolute(text: string, base?: string): string | undefined {
  try {
    return new URL(text, base).href
  } catch {
    return undefined
  }
}
