import { readBody } from './read-body'

const mostCopied = 1024 * 1024

/** The body of a Request, without its type; `undefined` for more than 1 MiB, where the platform shows that. */
export async function bodyOf(request: Request): Promise<Blob | undefined> {
  const copy = request.clone()
  const body = copy.body === undefined ? await copy.blob() : await wholeBody(copy.body)
  return body?.slice() // What its headers say counts.
}

/** All of a body, so that it can be sent again; `undefined` for more than 1 MiB. */
export async function wholeBody(stream: ReadableStream<Uint8Array<ArrayBuffer>> | null): Promise<Blob | undefined> {
  const chunks: Uint8Array<ArrayBuffer>[] = []
  return stream && (await readBody(stream.getReader(), mostCopied, chunks)) ? new Blob(chunks) : undefined
}
