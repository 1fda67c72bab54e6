import { readBody } from './read-body'

const mostCopied = 1024 * 1024

/** All of a body, so that it can be sent again; `undefined` for more than 1 MiB. */
export async function wholeBody(stream: ReadableStream<Uint8Array<ArrayBuffer>> | null): Promise<Blob | undefined> {
  const chunks: Uint8Array<ArrayBuffer>[] = []
  return stream && (await readBody(stream.getReader(), mostCopied, chunks)) ? new Blob(chunks) : undefined
}
