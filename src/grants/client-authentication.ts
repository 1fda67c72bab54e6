import { base64 } from '../platform/base64'
import type { Clock } from '../platform/clock'
import type { MaybePromise } from '../platform/maybe-promise'

/**
 * How the client says who it is at the token endpoint: changes `headers` or `body` of the request about to be sent. Called
 * once per attempt. On React Native `body` has `append` and `toString` alone.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-2.3 RFC 6749 §2.3}
 */
export type ClientAuthentication = (request: {
  readonly url: string
  readonly headers: Headers
  readonly body: URLSearchParams
  readonly clientId: string
  readonly clock: Clock
}) => MaybePromise<void>

/** A client secret, or where to get the current one: asked before every attempt, so a secret can be rolled without a restart. */
export type ClientSecret = string | (() => MaybePromise<string>)

/**
 * A public client: says its `client_id` in the body and proves nothing. The default.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.2.1 RFC 6749 §3.2.1}
 */
export const none: ClientAuthentication = ({ body, clientId }) => body.append('client_id', clientId)

/**
 * `client_secret_basic`: id and secret in the `Authorization` header, each form-urlencoded first.
 * @throws {TypeError} for a secret that is neither a non-empty string nor a function.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 RFC 6749 §2.3.1}
 */
export function clientSecretBasic(secret: ClientSecret): ClientAuthentication {
  const current = secretSource('clientSecretBasic', secret)
  return async ({ headers, clientId }) => {
    headers.set('authorization', `Basic ${base64(`${formEncoded(clientId)}:${formEncoded(await current())}`)}`)
  }
}

/**
 * `client_secret_post`: id and secret in the body, for servers that can't read a header.
 * @throws {TypeError} for a secret that is neither a non-empty string nor a function.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 RFC 6749 §2.3.1}
 */
export function clientSecretPost(secret: ClientSecret): ClientAuthentication {
  const current = secretSource('clientSecretPost', secret)
  return async ({ body, clientId }) => {
    const value = await current()
    body.append('client_id', clientId)
    body.append('client_secret', value)
  }
}

/**
 * Where a secret comes from; each time it is looked at anew.
 * @throws {TypeError} for one that is neither a non-empty string nor a function.
 */
export function secretSource(name: string, secret: ClientSecret): () => Promise<string> {
  if (typeof secret !== 'function') checked(name, secret)
  return async () => checked(name, typeof secret === 'function' ? await secret() : secret)
}

function checked(name: string, secret: unknown): string {
  if (typeof secret === 'string' && secret) return secret
  throw new TypeError(`${name} needs the client secret: a non-empty string, or a function that returns one`)
}

// RFC 6749 Appendix B: what a form would make of it, so that a colon in the id can't end it early.
function formEncoded(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%20/g, '+')
}
