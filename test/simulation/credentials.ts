import { type Proof, proofIn } from './proofs'

/** What a request carries to say whose it is. */
export interface Credentials {
  /** The auth-scheme, in lower case; `'api-key'` for a key in its own header. */
  readonly scheme: string | undefined
  readonly accessToken: string | undefined
  /** What follows the auth-scheme. */
  readonly text: string
  readonly proof: Proof | undefined
}

export function credentialsIn(headers: Headers): Credentials {
  const [, name, text = ''] = /^(\S+) (.*)$/.exec(headers.get('authorization') ?? '') ?? []
  const scheme = name?.toLowerCase() ?? (headers.has('x-api-key') ? 'api-key' : undefined)
  const proof = headers.get('dpop')
  return {
    scheme,
    accessToken: scheme === 'bearer' || scheme === 'dpop' ? text : undefined,
    text,
    proof: proof === null ? undefined : proofIn(proof),
  }
}

/** As a redirect takes them along: a platform drops `Authorization` on the way to another origin, and nothing else (Fetch §4.4). */
export function carriedOn(headers: Headers, from: string, to: string): Headers {
  const carried = new Headers(headers)
  if (new URL(from).origin !== new URL(to).origin) carried.delete('authorization')
  return carried
}
