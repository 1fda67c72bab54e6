import { RefreshUnavailableError } from '../errors/refresh-unavailable-error'
import { readText } from '../platform/read-text'
import { type ClientAuthentication, none } from './client-authentication'
import type { GrantContext } from './grant'
import { redirectTarget } from './redirect-target'
import { retryAfter } from './retry-after'

/** A request to an endpoint of the authorization server. */
export interface FormPost {
  readonly url: string
  readonly clientId: string
  readonly clientAuthentication?: ClientAuthentication | null | undefined
  /** Those without a value are omitted (RFC 6749 §3.2). */
  readonly parameters: Readonly<Record<string, string | null | undefined>>
}

export interface FormAnswer {
  /** 0 for a redirect, as in a browser. */
  readonly status: number
  /** Where a redirect leads. */
  readonly redirect: string | undefined
  /** Parsed JSON, else text; `undefined` where it is over 64 KiB, or unread because the status alone says "not now". */
  readonly body: unknown
  /** From `Retry-After`, in milliseconds since the epoch. */
  readonly retryAt: number | undefined
  /** The form that went out, so that an error can be kept from repeating its secrets. */
  readonly sent: string
}

/**
 * One POST to the authorization server: no redirects, cookies, caches or referrer, and at most 64 KiB back. Where no answer can be
 * had it throws `RefreshUnavailableError`, with `answered: false` if the server may have acted on the request.
 */
export async function postForm(post: FormPost, context: Pick<GrantContext, 'fetch' | 'signal' | 'clock'>): Promise<FormAnswer> {
  const { url, clientId } = post
  const { signal, clock } = context
  const headers = new Headers({ accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' })
  const form = new URLSearchParams()
  let sent = ''
  try {
    for (const [name, value] of Object.entries(post.parameters)) if (value) form.append(name, value)
    await (post.clientAuthentication ?? none)({ url, headers, body: form, clientId, clock })
    sent = form.toString() // React Native sends nothing for the object itself.
    if (signal.aborted) throw signal.reason
    const response = await context.fetch(url, {
      method: 'POST',
      headers,
      body: sent,
      signal,
      redirect: 'manual',
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
    })
    const redirect = redirectTarget(response, url)
    const status = redirect ? 0 : response.status
    const readable = status && status < 500 && status !== 429
    if (!readable) void response.body?.cancel?.().catch(() => {}) // Never awaited: in some places it never settles.
    const body = readable ? parsed(await readText(response, 65_536)) : undefined
    return { status, redirect, body, retryAt: retryAfter(response.headers.get('retry-after') ?? '', clock.now()), sent }
  } catch (error) {
    const problem = sent ? 'The token endpoint did not answer: network or CORS' : 'The client authentication failed'
    throw signal.aborted
      ? new RefreshUnavailableError('The token endpoint did not answer in time', { cause: signal.reason ?? error, answered: false })
      : new RefreshUnavailableError(problem, { cause: harmless(error), answered: !sent })
  }
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse((text as string).trim()) // A BOM counts as white space.
  } catch {
    return text
  }
}

// A35, A36: somebody's `fetch` may throw a Response, or hang a Request on an error; Node prints an invalid header's value.
function harmless(error: unknown): unknown {
  const { message } = Object(error) as { readonly message?: unknown }
  if (typeof message !== 'string' || /header value/i.test(message)) return undefined
  return Object.values(error as object).some((value) => typeof value === 'object') ? new Error(message) : error
}
