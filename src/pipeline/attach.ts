import { isPromise, type MaybePromise } from '../platform/maybe-promise'
import type { AuthScheme, OutgoingRequest } from '../schemes/auth-scheme'
import type { TokenSet } from '../tokens/token-set'
import type { HeadersForm, RequestTemplate } from './request-template'

/** What a scheme sees of a request, and what becomes of it. */
export class Attachment implements OutgoingRequest {
  readonly method: string
  readonly url: string
  readonly body: BodyInit | null | undefined
  /** Whether the scheme has set anything. */
  isEmpty = true
  #form: HeadersForm | undefined

  constructor(template: Pick<RequestTemplate, 'method' | 'body'>, url: string, form: HeadersForm | undefined) {
    this.method = template.method
    this.url = url
    this.body = template.body
    this.#form = form
  }

  get headers(): Headers {
    this.isEmpty = false
    this.#form = this.#form instanceof Headers ? this.#form : new Headers(this.#form)
    return this.#form
  }

  get sent(): HeadersForm | undefined {
    return this.#form
  }

  setHeader(name: string, value: string): void {
    this.isEmpty = false
    if (this.#form instanceof Headers) this.#form.set(name, value)
    else this.#form = { ...this.#form, [name]: value }
  }
}

/** Lets the scheme put its credentials on one send; without a promise where the scheme needs none. */
export function attach(
  scheme: AuthScheme,
  template: RequestTemplate,
  url: string,
  tokens: TokenSet | null,
  attempt: number,
): MaybePromise<Attachment> {
  const attachment = new Attachment(template, url, template.headers(attempt > 0, scheme.headers))
  if (scheme.usesTokens && !tokens) return attachment
  const attached = scheme.attach(attachment, tokens, { attempt })
  return isPromise(attached) ? attached.then(() => attachment) : attachment
}
