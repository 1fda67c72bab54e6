import { inTime } from '../platform/bounded'
import type { Clock } from '../platform/clock'
import { copyOf } from '../platform/copy-of'
import type { FetchLike } from '../platform/fetch-like'
import { methodOf } from '../platform/method-of'
import { isOneShot as isReadOnce } from '../platform/one-shot'
import { wholeBody } from '../platform/whole-body'
import type { AuthScheme, OutgoingRequest } from '../schemes/auth-scheme'
import { snapshotOf } from './body-snapshot'
import type { Cause, Withheld } from './decide'
import { FieldAdder, fieldsOf, type HeaderFields, hasField, withField } from './header-fields'
import { ownFields } from './own-fields'

/** A call, read once: what the caller gave, in a form that can be sent again, or is known to be sendable only once. */
export class RequestTemplate implements OutgoingRequest {
  /** As the caller gave it, until it is known where it leads. */
  declare url: string
  /** Whether the body can't be sent a second time, as far as is known before the first. */
  declare readonly isOneShot: boolean
  /** The caller's headers; a copy. */
  declare readonly callers: HeaderFields
  /** Why it goes out without our credentials. */
  withheld: Withheld | undefined = undefined
  /** What it has been sent again for: one cause each time. */
  answered: readonly Cause[] = []
  /** Whose credentials it carries; between two sends: who is to attach first. */
  scheme: AuthScheme | undefined = undefined
  /** What the call is answered with if it can't be sent again after all. */
  handBack: (() => Response) | undefined = undefined
  /** What the schemes have added to the query. */
  query: string | undefined = undefined
  /** Which schemes have answered in this call, or were given up for another. */
  tried: readonly AuthScheme[] = []
  // Not `#private`: in V8 those take longer to make, and one of these is made for every call.
  declare private readonly request: Request | undefined
  declare private fields: RequestInit
  declare private sent: HeaderFields
  // Own fields, or a polluted `Object.prototype` would have a say (A56).
  private copy: Promise<Blob | undefined> | undefined = undefined
  private credentials: RequestCredentials | undefined = undefined
  private isSet = false

  /** @param call counts the calls of a client. */
  constructor(
    input: RequestInfo | URL,
    init: RequestInit | undefined,
    readonly call = 0,
    private readonly adder = new FieldAdder(),
  ) {
    const request = typeof input === 'object' && 'headers' in input ? input : undefined
    const fields = ownFields(init)
    const { body } = fields
    let callers = fieldsOf(fields.headers ?? request?.headers)
    const isOneShot = isReadOnce(body)
    if (body) {
      fields.body = snapshotOf(body)
      if (body instanceof URLSearchParams && !hasField(callers, 'content-type'))
        callers = withField(callers, 'content-type', 'application/x-www-form-urlencoded;charset=UTF-8')
    }
    this.url = request ? request.url : String(input)
    this.isOneShot = isOneShot
    this.callers = callers
    this.sent = callers
    this.request = request
    this.fields = fields
  }

  get method(): string {
    return methodOf(this.fields.method ?? this.request?.method ?? 'GET')
  }

  get signal(): AbortSignal | null | undefined {
    const { signal } = this.fields
    return signal === undefined ? this.request?.signal : signal
  }

  get mode(): RequestMode | undefined {
    return this.fields.mode ?? this.request?.mode
  }

  /** Whether the method is safe (RFC 9110 §9.2.1). */
  get isSafe(): boolean {
    return /^(GET|HEAD|OPTIONS|TRACE|QUERY)$/.test(this.method)
  }

  get body(): BodyInit | null | undefined {
    // A Request's own body isn't here before it has been copied.
    return this.isOneShot || this.mayHoldBody ? undefined : (this.fields.body ?? (this.request?.body ? undefined : null))
  }

  /** Some platforms (Firefox) don't show whether a Request has a body. */
  private get mayHoldBody(): boolean {
    return this.request !== undefined && this.request.body === undefined && this.fields.body == null && !/^(GET|HEAD)$/.test(this.method)
  }

  /** Whether a scheme has added anything to this send; to have read `headers` alone is nothing. */
  get isTouched(): boolean {
    return (
      this.isSet || (this.sent !== this.callers && JSON.stringify([...this.headers]) !== JSON.stringify([...new Headers(this.callers)]))
    )
  }

  get headers(): Headers {
    const sent = this.sent instanceof Headers && this.sent !== this.callers ? this.sent : new Headers(this.sent)
    this.sent = sent
    return sent
  }

  setHeader(name: string, value: string): void {
    this.isSet = true
    // A second field goes to the copy that the first has made.
    if (this.sent !== this.callers) this.headers.set(name, value)
    else this.sent = this.adder.to(this.callers, name, value)
  }

  setCredentials(mode: RequestCredentials): void {
    this.isSet = true
    this.credentials = mode
  }

  setQuery(name: string, value: string): void {
    this.isSet = true
    this.query = `${this.query ? `${this.query}&` : ''}${encodeURIComponent(name)}=${encodeURIComponent(value)}`
  }

  /** Whether a second send would be the whole request again; waits a second for the copy of a Request's body. */
  async canReplay(clock: Clock): Promise<boolean> {
    if (!this.copy) return !this.isOneShot
    // A 401 may come while the upload still runs (F81).
    const copy = await inTime(this.copy, clock)
    if (copy) this.withBody(copy)
    return Boolean(copy)
  }

  private withBody(body: Blob): this {
    this.fields = copyOf({ ...this.fields, body })
    return this
  }

  /** Makes ready for a second send: what the schemes added is theirs to add anew. Only where `canReplay`. */
  rewind(cause: Cause, handBack: () => Response): void {
    this.answered = [...this.answered, cause]
    this.handBack = handBack
    this.isSet = false
    this.sent = this.callers
    this.credentials = this.query = undefined
  }

  /** Calls `fetch`; a second time past caches. */
  send(fetch: FetchLike, hasCacheModes?: () => boolean): Promise<Response> {
    const url = this.query ? withQuery(this.url, this.query) : this.url
    const given = this.request
    // What one send was given is not changed by the next, and what a scheme chose is for one send.
    const fields = this.answered[0] || this.credentials ? copyOf(this.fields) : this.fields
    if (this.sent) fields.headers = this.sent
    else delete fields.headers
    // A Request says 'same-origin' where nobody chose.
    if (this.credentials && !fields.credentials && (given?.credentials ?? 'same-origin') === 'same-origin')
      fields.credentials = this.credentials
    // A cached 401 must not answer the replay (RFC 9111); what the caller chose stands.
    if (this.answered[0] && (fields.cache ?? given?.cache ?? 'default') === 'default' && hasCacheModes?.()) fields.cache = 'reload'
    if (!given) return fetch(url, fields)
    // React Native leaves a Request's URL relative.
    const isElsewhere = url !== given.url
    // Made anew for another URL, such a Request would lose it.
    if (isElsewhere && this.mayHoldBody)
      return given
        .clone()
        .blob()
        .then((body) => this.withBody(body).send(fetch, hasCacheModes))
    // Beside any init, and ours is one, the platform forgets these of a Request (A37).
    fields.referrerPolicy ??= given.referrerPolicy
    fields.referrer ??= given.referrer
    // A Request whose body is used can't be copied to another URL: it is given the new body first.
    const request = isElsewhere ? new Request(url, given.bodyUsed ? new Request(given, fields) : given) : given
    // An empty one is the caller's, too, and goes out in place of the Request's.
    if (fields.body == null) {
      // Where bodies are no streams, the original is kept whole and a clone of it sent.
      if (request.body === undefined) return fetch(request.clone(), fields)
      if (request.body) this.copy = wholeBody(request.clone().body).catch(() => undefined)
    }
    return fetch(request, fields)
  }
}

function withQuery(url: string, query: string): string {
  const mark = /^[^#]*\?/.test(url) ? '&' : '?'
  return url.replace(/(?=#)|$/, () => mark + query)
}
