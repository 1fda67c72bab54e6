import { absolute, originOf } from '../platform/origin'

/**
 * Finds the URL to send credentials to, or `undefined` where they must not go: an exact compare of origins, then exactly that URL.
 */
export function allowedTarget(origins: readonly string[], base: () => string | undefined): (input: string) => string | undefined {
  const begins = startsWithOne(origins, '/?#')
  return (input) => {
    if (begins.test(input)) return input
    const root = base()
    const origin = originOf(root)
    // The common relative form needs no parser, and what begins with one slash can't leave its origin; `http://127.1` is not yet one.
    const url = origin && origins.includes(origin) && /^\/(?![/\\])[^\t\n\r\\]*$/.test(input) ? origin + input : absolute(input, root)
    return origins.includes(originOf(url) ?? '') ? url : undefined
  }
}

/** Tests whether an absolute URL leads to one of `endpoints`, which are in their normal spelling, whatever its own (row 1). */
export function endpointTest(endpoints: readonly string[]): (url: string) => boolean {
  const isOne = startsWithOne(endpoints, '?&#')
  const isNear = startsWithOne(endpoints.map(originOf).map(String), '/')
  // Only near an endpoint, and with dot segments, back slashes, or what isn't visible ASCII, is a URL worth a parser.
  return (url) => isOne.test(url) || (isNear.test(url) && /\/(\.|%2e)|[^!-[\]-~]/i.test(url) && isOne.test(absolute(url) ?? ''))
}

/** Tests whether a URL is one of `heads`, or goes on from it with one of `marks`; in V8 several times as fast as `startsWith`. */
export function startsWithOne(heads: readonly string[], marks: string): RegExp {
  return new RegExp(`^(?:${heads.map((head) => head.replace(/[^\w/:]/g, '\\$&')).join('|') || '(?!)'})(?:[${marks}]|$)`)
}
