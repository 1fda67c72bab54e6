import type { DiagnoseInput } from '../diagnose/evidence'
import { bounded } from '../platform/bounded'
import type { Clock } from '../platform/clock'
import { readText } from '../platform/read-text'

const patience = 30_000
const longest = 262_144

/** Makes one request, without following redirects, and says what is known of it. */
export async function exchange(
  url: string,
  method: string,
  fields: readonly string[],
  token: string | undefined,
  clock: Clock,
): Promise<DiagnoseInput> {
  const headers = new Headers(
    fields.map((field): [string, string] => [field.slice(0, field.indexOf(':')).trim(), field.slice(field.indexOf(':') + 1).trim()]),
  )
  if (token) headers.set('authorization', `Bearer ${token}`)
  const request = { method, url, headers }
  try {
    const response = await bounded(
      globalThis.fetch(url, { method, headers, redirect: 'manual' }),
      patience,
      clock,
      () => new TypeError('no answer in time'),
    )
    return { request, response, body: await readText(response, longest), tokens: { accessToken: token }, now: clock.now() }
  } catch (error) {
    return { request, error, now: clock.now() }
  }
}
