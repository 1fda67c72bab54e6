import { isAuthError } from '../errors/is-auth-error'
import { RefreshUnavailableError } from '../errors/refresh-unavailable-error'
import { readText } from '../platform/read-text'
import { type ClientAuthentication, none } from './client-authentication'
import type { GrantContext } from './grant'
import { harmlessError } from './harmless-error'
import { basicSecret } from './harmless-text'
import { redirectTarget } from './redirect-target'
import { retryAfter } from './retry-after'

export interface FormAnswer {
  /** 0 for a redirect, as in a browser. */
  readonly status: number
  /** Where a redirect leads. */
  readonly redirect: string | undefined
  /** Parsed JSON, else text; `undefined` where it is over 64 KiB, or unread because the status alone says "not now". */
  readonly body: unknown
  /** From `Retry-After`, in milliseconds since the epoch. */
  readonly retryAt: number | undefined
  /** The form that went out, and a secret from its headers, so that an error can be kept from repeating them. */
  readonly sent: string
}

/** Those without a value are omitted (RFC 6749 §3.2). */
export type Parameters = Readonly<Record<string, string | null | undefined>>

/**
 * One POST to the authorization server: no redirects, cookies, caches or referrer, and at most 64 KiB back. Where no answer can be
 * had it throws `RefreshUnavailableError`, with `answered: false` if the server may have acted on the request.
 */
export async function postForm(
  { fetch, signal, clock }: Pick<GrantContext, 'fetch' | 'signal' | 'clock'>,
  url: string,
  clientId: string,
  clientAuthentication: ClientAuthentication | null | undefined,
  parameters: Parameters,
  keepalive = false,
): Promise<FormAnswer> {
  const form = new URLSearchParams()
  const headers = new Headers({ accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' })
  let sent = ''
  try {
    for (const [name, value] of Object.entries(parameters)) if (value) form.append(name, value)
    await (clientAuthentication ?? none)({ url, headers, body: form, clientId, clock })
    sent = eachOnce(String(form)) // React Native sends nothing for the object itself.
    if (signal.aborted) throw signal.reason
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body: sent,
      signal,
      keepalive,
      redirect: 'manual',
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
    })
    const redirect = redirectTarget(response, url)
    const status = redirect ? 0 : response.status
    const isReadable = status && status < 500 && status !== 429
    let body: unknown = await readText(response, isReadable ? 65_536 : -1) // With no room at all, nothing is read.
    try {
      body = JSON.parse(String(body).trim()) // A BOM counts as white space.
    } catch {}
    const retryAt = retryAfter(response.headers.get('retry-after') ?? '', clock.now())
    return { status, redirect, body, retryAt, sent: sent + basicSecret(headers) }
  } catch (error) {
    const secrets = String(form) + basicSecret(headers)
    // The proof of a scheme, or a client that the app sends with, has a reason of its own.
    if (isAuthError(error, 'ERR_REFRESH_UNAVAILABLE')) {
      const { message, retryAt, answered } = error
      throw new RefreshUnavailableError(message, { cause: harmlessError(error.cause, secrets), retryAt, answered })
    }
    const problem = sent ? 'The token endpoint did not answer: network or CORS' : 'The client authentication failed'
    throw new RefreshUnavailableError(signal.aborted ? 'The token endpoint did not answer in time' : problem, {
      cause: harmlessError(signal.reason ?? error, secrets),
      answered: !sent,
    })
  }
}

// No name twice (RFC 6749 §3.2): of a parameter that the authentication sends as well, only its own value.
function eachOnce(form: string): string {
  const fields = form.split('&').map((field): [string, string] => [field.replace(/=.*/, ''), field])
  return [...new Map(fields).values()].join('&')
}
