import { readText } from '../platform/read-text'

const longest = 262_144

/**
 * For `isUnauthorized`: whether a GraphQL response says, in a 2xx or 400, that nobody is signed in and that nothing was done: `data` is
 * absent or null, and an error has the code `UNAUTHENTICATED`. Reads at most 256 KiB of a copy; the response stays unread.
 * @see {@link https://graphql.github.io/graphql-over-http/draft/ GraphQL over HTTP}
 */
export async function graphqlUnauthenticated(response: Response): Promise<boolean> {
  const { status, headers } = response
  if (!/^(2|400)/.test(String(status)) || !/json/i.test(headers.get('content-type') ?? '')) return false
  const text = await readText(response.clone(), longest)
  if (!text?.includes('UNAUTHENTICATED')) return false
  const { data, errors } = Object(JSON.parse(text))
  return (
    (data ?? null) === null && Array.isArray(errors) && errors.some((error) => Object(Object(error).extensions).code === 'UNAUTHENTICATED')
  )
}

/** For `isUnauthorized`: the statuses that some servers use for an expired sign-in: 419 (Laravel), 440 (IIS), 498 (ArcGIS). */
export function sessionExpiredStatus({ status }: Response): boolean {
  return status === 419 || status === 440 || status === 498
}
