import { inTime } from '../platform/bounded'
import type { Clock } from '../platform/clock'
import { copyOf } from '../platform/copy-of'
import type { FetchLike } from '../platform/fetch-like'
import { isSafeMethod } from '../platform/is-safe-method'
import { methodOf } from '../platform/method-of'
import { isOneShot as isReadOnce } from '../platform/one-shot'
import { bodyOf, wholeBody } from '../platform/whole-body'
import type { AuthScheme, OutgoingRequest } from '../schemes/auth-scheme'
import { snapshotOf } from './body-snapshot'
import type { Cause, Withheld } from './decide'
import { FieldAdder, fieldsOf, type HeaderFields, hasField, withField } from './header-fields'
import { copyOfOwn, ownFields } from './own-fields'
import { requestAt } from './request-at'
import { withQuery } from './with-query'

/** A call, read once: what the caller gave, in a form that can be sent again, or is known to be sendable only once. */
export class RequestTemplate implements OutgoingRequest {
  /** As the caller gave it; absolute once it is known where it leads. */
  declare url: string
  /** Whether the body can't be sent a second time, as far as is known before the first. */
  declare readonly isOneShot: boolean
  /** The caller's headers; a copy. */
  declare readonly callers: HeaderFields
  /** Why it goes out without our credentials, if it does. */
  withheld: Withheld | undefined = undefined
  /** What it has been sent again for, one cause each time: as many as there were replays. */
  answered: readonly Cause[] = []
  /** The scheme whose credentials it carries; between two sends, the one that is to attach first. */
  scheme: AuthScheme | undefined = undefined
  /** Gives the response to the last send, for a call that can't be sent again after all. */
  handBack: (() => Response) | undefined = undefined
  /** What the schemes have added to the query. */
  query: string | undefined = undefined
  /** The schemes that have answered in this call, or were given up for another. */
  tried: readonly AuthScheme[] = []
  /** What the caller gave, where that is a Request. */
  declare readonly request: Request | undefined
  // Not `#private`: in V8 those take longer to make, and one of these is made for every call.
  /** All else that the caller gave, its body as it was at the call. */
  declare private init: RequestInit
  /** The headers of this send: the caller's own (`callers`) until a scheme adds one, then a copy. */
  declare private sent: HeaderFields
  // Set here and not only where they are needed: a polluted `Object.prototype` would fill in what is missing (A56).
  /** Of a Request's own body: `undefined` inside where it can't be copied. */
  private copy: Promise<Blob | undefined> | undefined = undefined
  /** The mode that a scheme has chosen for this send; the caller's own goes before it. */
  credentials: RequestCredentials | undefined = undefined
  /** Whether a scheme has set anything for this send. */
  private isSet = false

  /**
   * @param call the number of this call among those of the client.
   * @param adder is shared by the calls of the client.
   */
  constructor(
    input: RequestInfo | URL,
    init: RequestInit | undefined,
    readonly call = 0,
    private readonly adder = new FieldAdder(),
  ) {
    const request = typeof input === 'object' && 'headers' in input ? input : undefined
    const own = ownFields(init)
    const { body } = own
    let callers = fieldsOf(own.headers ?? request?.headers)
    if (body) {
      own.body = snapshotOf(body)
      if (body instanceof URLSearchParams && !hasField(callers, 'content-type'))
        callers = withField(callers, 'content-type', 'application/x-www-form-urlencoded;charset=UTF-8')
    }
    this.url = request ? request.url : String(input)
    this.isOneShot = isReadOnce(body)
    this.sent = this.callers = callers
    this.request = request
    this.init = own
  }

  get method(): string {
    return methodOf(this.init.method ?? this.request?.method ?? 'GET')
  }

  get signal(): AbortSignal | null | undefined {
    const { signal } = this.init
    return signal === undefined ? this.request?.signal : signal
  }

  get mode(): RequestMode | undefined {
    return this.init.mode ?? this.request?.mode
  }

  get credentialsMode(): RequestCredentials | undefined {
    return this.credentials ?? this.init.credentials ?? this.request?.credentials
  }

  get isSafe(): boolean {
    return isSafeMethod(this.method)
  }

  /** Where it leads, with what the schemes have added. */
  private get target(): string {
    return this.query ? withQuery(this.url, this.query) : this.url
  }

  /** The body as it will be sent: `null` for none, `undefined` where it can't be known, as of a Request before its body was copied. */
  get body(): BodyInit | null | undefined {
    return this.isOneShot || this.mayHoldBody ? undefined : (this.init.body ?? (this.request?.body ? undefined : null))
  }

  /** Some platforms (Firefox) don't show whether a Request has a body. */
  private get mayHoldBody(): boolean {
    return this.request !== undefined && this.request.body === undefined && this.init.body == null && !/^(GET|HEAD)$/.test(this.method)
  }

  /** Whether a scheme has added anything to this send. Some change `headers` themselves; to have only read them doesn't count. */
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
    // The first header makes a copy of the caller's; a second one goes there.
    if (this.sent !== this.callers) this.headers.set(name, value)
    else this.sent = this.adder.to(this.callers, name, value)
  }

  setCredentials(mode: RequestCredentials): void {
    this.isSet = true
    // A Request says 'same-origin' where nobody chose.
    if (!this.init.credentials && (this.request?.credentials ?? 'same-origin') === 'same-origin') this.credentials = mode
  }

  setQuery(name: string, value: string): void {
    this.isSet = true
    this.query = `${this.query ? `${this.query}&` : ''}${encodeURIComponent(name)}=${encodeURIComponent(value)}`
  }

  /** Whether a second send would be the whole request again; waits a second for the copy of a Request's body. */
  async canReplay(clock: Clock): Promise<boolean> {
    if (!this.copy) return !this.isOneShot
    // A 401 may come while the upload still runs (F81).
    return this.useBody(await inTime(this.copy, clock))
  }

  /**
   * Reads the body of a Request that is to be made anew for another URL: there it would be lost, or become a stream, which browsers send by
   * HTTP/2 alone. `undefined` where there is nothing to wait for.
   */
  readBody(clock: Clock): Promise<unknown> | undefined {
    const { request, mayHoldBody } = this
    if (!request || this.target === request.url || !(mayHoldBody || (this.init.body == null && request.body))) return undefined
    const reading = bodyOf(request)
    return (mayHoldBody ? reading : inTime(reading, clock)).then((body) => this.useBody(body))
  }

  private useBody(body: Blob | undefined): boolean {
    if (body) this.init = copyOf({ ...this.init, body })
    return Boolean(body)
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
    const { target: url, request: given } = this
    // A copy for each send: some wrappers write to what they are given, and the credentials mode that a scheme chose is for one alone.
    const init = copyOfOwn(this.init)
    if (this.sent) init.headers = this.sent
    else delete init.headers
    if (this.credentials) init.credentials = this.credentials
    // A cached 401 must not answer the replay (RFC 9111); what the caller chose stands.
    if (this.answered[0] && (init.cache ?? given?.cache ?? 'default') === 'default' && hasCacheModes?.()) init.cache = 'reload'
    if (!given) return fetch(url, init)
    // `fetch(request, init)` forgets these two of the Request whatever the init holds (A37).
    init.referrerPolicy ??= given.referrerPolicy
    init.referrer ??= given.referrer
    const request = requestAt(url, given, init)
    // The Request's own body goes out. (Where the caller gave one beside it, even an empty string, that does.)
    if (init.body == null) {
      // Where bodies are no streams, the original is kept whole and a clone of it sent.
      if (request.body === undefined) return fetch(request.clone(), init)
      if (request.body) this.copy = wholeBody(request.clone().body).catch(() => undefined)
    }
    return fetch(request, init)
  }
}
