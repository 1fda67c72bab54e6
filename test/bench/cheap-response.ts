/**
 * A Response that is made once and read for nothing. To make one and to read its body costs ten times what a client adds to a call, is
 * the same work for everybody, and would bury what is to be measured.
 */
export class CheapResponse extends Response {
  readonly #text: string
  readonly #value: unknown
  readonly #stream = new Blob().stream()

  constructor(text: string, init: ResponseInit) {
    super(null, init)
    this.#text = text
    this.#value = JSON.parse(text)
  }

  override get body(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#stream
  }

  override json(): Promise<unknown> {
    return Promise.resolve(this.#value)
  }

  override text(): Promise<string> {
    return Promise.resolve(this.#text)
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    return new TextEncoder().encode(this.#text).buffer
  }

  override clone(): CheapResponse {
    return this
  }
}
