import type { IssuedTokens } from 'authenticated-client/testing'
import { nameOf } from './authorization-server'
import type { TokenFault } from './faults'
import { apiOrigin, type Sent } from './network'
import { isBound, typeOf } from './schemes'
import type { World } from './world'

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** For the story. */
  readonly what: string
  /** Where it came from, if not from where it was asked. */
  readonly from?: string
  /** Where it leads is hidden. */
  readonly isOpaque?: boolean
  /** Says nothing of the tokens: asks for a nonce, another proof, or another scheme. */
  readonly asksOnly?: boolean
  /** The rotation in it, readable or not. */
  readonly issued?: IssuedTokens
  /** Nothing in it can be read as a refresh token. */
  readonly isUnreadable?: boolean
  readonly refuses?: boolean
}

const json = { 'content-type': 'application/json' }

/** The authorization server's door: what it says of a refresh, and every way to say it badly. */
export function answerOfTokenEndpoint(world: World, { form }: Sent, fault: TokenFault | undefined): Reply {
  const { server, random, plan } = world
  switch (fault) {
    case '500-before':
      return { status: 500, headers: {}, text: 'oops', what: '500' }
    case '429': {
      const seconds = random.pick([0, 1, 5, 20, 90])
      // Where nobody listens, only the server knows until when.
      world.retryAt = Math.max(world.retryAt, world.scheduler.now + seconds * 1000 + 20_000)
      return { status: 429, headers: { 'retry-after': String(seconds) }, text: '', what: `429, again in ${seconds} s` }
    }
    case 'html':
      return { status: 200, headers: { 'content-type': 'text/html' }, text: '<html>Welcome to our hotel</html>', what: 'HTML' }
    case 'redirect':
      return { status: 302, headers: { location: 'https://portal.example.org/?next=1' }, text: '', what: 'a redirect' }
    case 'invalid_client':
      return { status: 401, headers: json, text: '{"error":"invalid_client"}', what: 'invalid_client' }
  }
  const issued = server.refresh(form?.get('refresh_token') ?? '')
  if (!issued) return { status: 400, headers: json, text: '{"error":"invalid_grant"}', what: 'invalid_grant', refuses: true }
  const name = nameOf(issued)
  world.admit(issued.accessToken, form?.get('resource') ?? apiOrigin)
  if (fault === '503-after') return { status: 503, headers: {}, text: '', what: `503, though ${name} was made`, issued, isUnreadable: true }
  const { accessToken, refreshToken } = issued
  // What should be bound and is not can't be used either (RFC 9449 §5). Where Bearer is a scheme of the client's, too, a session whose
  // type a store has dropped may go on as what the server says.
  const mayGoOn = plan.schemes?.names.includes('bearer') && plan.foreign === 'keeps its own fields'
  const isUnbound = fault === 'unusable' && isBound(plan) && !mayGoOn && random.chance(0.5)
  const fields = {
    access_token: fault === 'unusable' && !isUnbound ? 'canary not a token' : accessToken,
    token_type: isUnbound ? 'Bearer' : random.chance(0.8) ? (typeOf(plan).tokenType ?? 'Bearer') : undefined,
    expires_in: plan.tellsLifetime ? plan.lifetime / 1000 : undefined,
    refresh_token: plan.rotates ? refreshToken : undefined,
    padding: fault === 'oversized' ? 'x'.repeat(70_000) : undefined,
  }
  const isUnreadable = fault === 'truncated' || fault === 'oversized' || fault === 'body-hang'
  return { status: 200, headers: json, text: JSON.stringify(fields), what: `${name}${fault ? `, ${fault}` : ''}`, issued, isUnreadable }
}
