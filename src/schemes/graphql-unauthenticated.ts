import { readCopy } from '../platform/read-copy'

const longest = 262_144
/** In milliseconds: as long as a client waits for the answer, unless told otherwise. It can't tell that it waits no more. */
const patience = 10_000

/** No stream of JSON, such as `application/x-ndjson` or `application/json-seq`: it may never end. */
const oneJson = /^\s*application\/(graphql-response\+)?json(?![\w.+-])/i

/**
 * For `isUnauthorized`: whether a GraphQL response says, in a 2xx or 400, that nobody is signed in and that there is nothing to show for
 * it: `data` is absent or null, and an error has the code `UNAUTHENTICATED`, or says so as Spring and DGS do (`classification`,
 * `errorType`). A mutation of several fields can say so after the first was
 * done, where another may not be null (GraphQL §6.4.4): send those one by one. A list, which answers a batch, never counts as a refusal.
 * Reads at most 256 KiB of a copy, for ten seconds at most; the response stays unread.
 * @see {@link https://graphql.github.io/graphql-over-http/draft/ GraphQL over HTTP}
 */
export async function graphqlUnauthenticated(response: Response): Promise<boolean> {
  const { status, headers } = response
  if (!/^(2|400)/.test(String(status)) || !oneJson.test(headers.get('content-type') ?? '')) return false
  const text = await readCopy(response, longest, patience)
  if (!text?.includes('"UNAUTH')) return false
  const { data, errors } = Object(JSON.parse(text))
  return (data ?? null) === null && Array.isArray(errors) && errors.some((error) => saysNobody(Object(Object(error).extensions)))
}

/** By authorization, Spring says FORBIDDEN, and UNAUTHORIZED only of whoever is not signed in. */
function saysNobody({ code, errorType, classification }: Readonly<Record<string, unknown>>): boolean {
  return [code, errorType, classification].includes('UNAUTHENTICATED') || classification === 'UNAUTHORIZED'
}
