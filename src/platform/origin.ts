/** A target in the strictest reading: what every URL parser agrees on, or nothing. */
const strict = /^https?:\/\/([\w.~-]+|\[[\da-f:.]+])(:\d+)?(?=[/?#]|$)/i

/**
 * The origin of an absolute http(s) URL; `undefined` for all that carries credentials, back slashes, control characters or a
 * scheme of its own (`blob:`). Our own reading, because React Native's `URL` neither throws nor normalises.
 */
export function originOf(url = ''): string | undefined {
  return strict
    .exec(url)?.[0]
    .toLowerCase()
    .replace(/^(http:.+):80$|^(https:.+):443$/, '$1$2') // The scheme's own port is no part of its origin.
}

/** Whether credentials are safe on the way there: over TLS, or within this machine. */
export function isSafe(origin: string): boolean {
  return /^https:|\/\/((.+\.)?localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(origin)
}

/** A URL that every parser leaves as it is: with a path, without dot segments, and nothing to escape. */
const normal = /^https?:\/\/[a-z\d.:-]+(?=\/)(?!.*\/(\.|%2[Ee]))[\w~!$&()*+,;=:@%/?#.-]*$/

/** An absolute URL as it is sent. `URL` is asked only for one that isn't normal already: React Native's would add to any. */
export function onTheWire(url: string): string {
  return normal.test(url) ? url : (absolute(url) ?? url)
}

/** `text` as an absolute URL in its normal spelling; `undefined` where there is none. */
export function absolute(text: string, base?: string): string | undefined {
  try {
    return new URL(text, base).href
  } catch {
    return undefined
  }
}
