import type { GrantContext } from '../../src/grants/grant'
import type { Clock } from '../../src/platform/clock'
import type { FetchLike } from '../../src/platform/fetch-like'

/** Where the controlled clock stands: a Saturday in 2026. */
export const now = Date.UTC(2026, 10, 14, 12, 0, 0)

export const stoppedClock: Clock = { now: () => now, random: () => 0.5, sleep: () => new Promise(() => {}) }

export interface TestContext extends GrantContext {
  /** The refresh tokens that the grant reported. */
  readonly rotations: readonly string[]
}

export function grantContext(overrides: Partial<GrantContext> = {}): TestContext {
  const rotations: string[] = []
  return {
    fetch: (input, init) => globalThis.fetch(input, init),
    signal: new AbortController().signal,
    clock: stoppedClock,
    rotated: (refreshToken) => rotations.push(refreshToken),
    rotations,
    ...overrides,
  }
}

/** What a recording `fetch` was asked to send. */
export interface Sent {
  readonly url: string
  readonly init: RequestInit
  readonly headers: Headers
  readonly form: URLSearchParams
}

/** A `fetch` that gives these answers in turn, the last one for ever, and keeps what it was asked to send. */
export function recordingFetch(...answers: readonly (() => Response | Promise<Response>)[]): { fetch: FetchLike; sent: Sent[] } {
  const sent: Sent[] = []
  const fetch: FetchLike = async (input, init = {}) => {
    sent.push({ url: String(input), init, headers: new Headers(init.headers), form: new URLSearchParams(String(init.body)) })
    const answer = answers[Math.min(sent.length, answers.length) - 1]
    if (!answer) throw new TypeError('fetch failed')
    return answer()
  }
  return { fetch, sent }
}

export function json(body: unknown, init?: ResponseInit): () => Response {
  return () => new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' }, ...init })
}

/** What a promise rejects with; fails where it doesn't. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('The promise was expected to reject')
}
