import type { AuthScheme } from './auth-scheme'

/** Shows a response to every scheme that looks at responses; `url` is what was asked for. */
export type Observe = (response: Response, url: string) => void

/** @param failed hears what one throws, at once or later: it is no part of the call, nor of a token request (rule 7). */
export function observer(schemes: readonly AuthScheme[], failed: (error: unknown) => void): Observe {
  const observing = schemes.filter(({ observe }) => observe)
  return (response, url) => {
    for (const scheme of observing) {
      ;(async () => scheme.observe?.(response, url))().catch(failed)
    }
  }
}
