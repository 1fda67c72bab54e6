import { absolute, originOf } from '../platform/origin'

/** The URL to send credentials to, or `undefined` where they must not go: an exact compare of origins, then exactly that URL. */
export function allowedTarget(input: string, origins: readonly string[], base: () => string | undefined): string | undefined {
  if (startsWithOne(input, origins, '/?#')) return input
  const root = base()
  // The common relative form needs no parser, and what begins with one slash can't leave its origin.
  const url = root && /^\/(?![/\\])[^\t\n\r\\]*$/.test(input) ? originOf(root) + input : absolute(input, root)
  return origins.includes(originOf(url) ?? '') ? url : undefined
}

/** Whether `url` is one of `heads`, or goes on from it with one of `marks`. */
export function startsWithOne(url: string, heads: readonly string[], marks: string): boolean {
  for (const head of heads) {
    // `startsWith` takes several times as long in V8. At the end, `charAt` gives '', which every string includes.
    if (url.indexOf(head) === 0 && marks.includes(url.charAt(head.length))) return true
  }
  return false
}
