import type { SchemedTokenFault, TokenFault } from './faults'
import { type Sent, tokenUrl } from './network'
import { isBound } from './schemes'
import { answerOfTokenEndpoint, type Reply } from './token-endpoint'
import type { World } from './world'

const json = { 'content-type': 'application/json' }

/** The authorization server's door where tokens are bound to a key, or where something else answers in its place. */
export function answerOfSchemedTokenEndpoint(world: World, sent: Sent, fault: SchemedTokenFault | undefined): Reply {
  const { plan, random } = world
  switch (fault) {
    // React Native follows whatever it is told: what it brings home is nobody's answer.
    case 'redirect-followed': {
      const from = random.pick(['https://portal.example.org/welcome', 'https://login.example.com/token/v2'])
      const texts = ['{"error":"invalid_grant"}', '{"access_token":"canary-portal","token_type":"Bearer"}', '<html>Welcome</html>']
      return { status: random.pick([200, 400, 401]), headers: json, text: random.pick(texts), what: 'somebody else’s answer', from }
    }
    case 'redirect-hidden':
      return { status: 0, headers: {}, text: '', what: 'a redirect that nobody can read', isOpaque: true }
  }
  if (!isBound(plan)) return answerOfTokenEndpoint(world, sent, fault as TokenFault | undefined)
  const nonces = world.noncesOf(new URL(tokenUrl).origin)
  const isStale = !nonces.takes(sent.proof?.nonce)
  const nonce = nonces.current
  if (isStale || fault === 'nonce') {
    // Asked a second time, the client has no better answer.
    if (sent.proof?.nonce !== undefined || fault) world.happened.add('token endpoint')
    const headers = { ...json, 'dpop-nonce': nonce ?? `${new URL(tokenUrl).origin}~` }
    return { status: 400, headers, text: '{"error":"use_dpop_nonce"}', what: 'use_dpop_nonce', asksOnly: true }
  }
  const reply = answerOfTokenEndpoint(world, sent, fault as TokenFault | undefined)
  return nonce && plan.schemes?.nonceWithAll ? { ...reply, headers: { ...reply.headers, 'dpop-nonce': nonce } } : reply
}
