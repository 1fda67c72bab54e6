import { RefreshUnavailableError } from '../errors/refresh-unavailable-error'
import type { Grant } from '../grants/grant'
import { abortable } from '../platform/abortable'
import type { Clock } from '../platform/clock'
import type { FetchLike } from '../platform/fetch-like'
import { isB64token } from '../tokens/b64token'
import { jwtClaims } from '../tokens/jwt'
import { isTokenSet, type TokenSet } from '../tokens/token-set'
import type { Phase } from './phase'
import type { Session } from './session'

/** `rotation` settles when a refresh token that came with the failure is saved. */
export type ExchangeResult = { readonly tokens: TokenSet } | { readonly error: unknown; readonly rotation: Promise<void> | undefined }

export interface ExchangeOptions {
  readonly session: Session
  readonly clock: Clock
  readonly fetch: FetchLike
  readonly signal: AbortSignal
  readonly acceptsType: (tokenType: string) => boolean
}

/** One run of the grant, by the deadline: the next token set of this session, whole and fit to be sent, or why there is none. */
export async function exchange(grant: Grant, phase: Phase, options: ExchangeOptions): Promise<ExchangeResult> {
  const { session, clock, fetch, signal } = options
  const old = phase.status === 'authenticated' && isTokenSet(phase.tokens) ? phase.tokens : null
  let rotation: Promise<void> | undefined
  const rotated = (refreshToken: string): void => {
    if (phase.status !== 'authenticated' || !old || !refreshToken || refreshToken === old.refreshToken || session.phase !== phase) return
    rotation = session.rotate(phase, { ...old, refreshToken }).catch(() => {})
  }
  const run = async (): Promise<TokenSet> => grant(old, { fetch, signal, clock, rotated })
  const answer = run()
  try {
    const tokens = nextOf(old, await abortable(answer, signal), options.acceptsType, rotated)
    return { tokens }
  } catch (error) {
    // A grant that doesn't listen to its deadline may still bring a rotation home.
    if (signal.aborted) answer.then((late) => late?.refreshToken && rotated(late.refreshToken)).catch(() => {})
    return { error, rotation }
  }
}

function nextOf(
  old: TokenSet | null,
  result: TokenSet,
  acceptsType: (tokenType: string) => boolean,
  rotated: (refreshToken: string) => void,
): TokenSet {
  const fields: Partial<TokenSet> & Record<string, unknown> = { ...result }
  for (const name of Object.keys(fields)) if (fields[name] === undefined || fields[name] === null) delete fields[name]
  const subject = old && jwtClaims(old.accessToken)?.sub
  // F27: an answer that was meant for somebody else is dropped whole.
  const another = subject && (jwtClaims(String(fields.accessToken))?.sub ?? subject) !== subject
  const { accessToken } = fields
  if (!another && isB64token(accessToken) && acceptsType(fields.tokenType ?? 'Bearer')) {
    // What the result lacks is kept, except when it expires.
    return { ...old, expiresAt: undefined, ...fields, accessToken, sessionId: old?.sessionId }
  }
  if (!another && typeof fields.refreshToken === 'string') rotated(fields.refreshToken)
  throw new RefreshUnavailableError(
    another ? 'The token response is about another subject' : 'The token response holds no usable access token',
  )
}
