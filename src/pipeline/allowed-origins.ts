import { absolute, originOf } from '../platform/origin'

/** The URL to send credentials to, or `undefined` where they must not go: an exact compare of origins, then exactly that URL. */
export function allowedTarget(input: string, origins: readonly string[], base: () => string | undefined): string | undefined {
  for (const origin of origins) {
    // `startsWith` takes several times as long in V8. At the end, `charAt` gives '', which every string includes.
    if (input.indexOf(origin) === 0 && '/?#'.includes(input.charAt(origin.length))) return input
  }
  const root = base()
  // The common relative form needs no parser, and what begins with one slash can't leave its origin.
  const url = root && /^\/(?![/\\])[^\t\n\r\\]*$/.test(input) ? originOf(root) + input : absolute(input, root)
  return origins.includes(originOf(url) ?? '') ? url : undefined
}
