import { answerOfApi } from './api'
import type { ApiFault, SchemedApiFault } from './faults'
import { apiOrigin, filesOrigin, foreignOrigin, type Sent } from './network'
import { isBound } from './schemes'
import type { Reply } from './token-endpoint'
import type { World } from './world'

/** An API that asks for more than Bearer: proofs and their nonces, Basic and Digest below `/reports/`, keys; or that leads elsewhere. */
export function answerOfSchemedApi(world: World, sent: Sent, fault: SchemedApiFault | undefined): Reply {
  const reply = answerOf(world, sent, fault)
  const challenge = reply.headers['www-authenticate'] ?? ''
  const causes = sent.tab.calls[sent.call ?? -1]?.causes
  // Each scheme may answer once in a call (I7): one more send each.
  for (const name of ['Basic', 'Digest']) if (challenge.includes(name)) causes?.add(`scheme ${name}`)
  // Who shows something else than a token may be told, or guess, that it is tokens that count.
  if ((reply.status === 401 || reply.headers['x-expired']) && sent.scheme && !sent.accessToken) causes?.add('scheme of tokens')
  return reply
}

function answerOf(world: World, sent: Sent, fault: SchemedApiFault | undefined): Reply {
  const { plan, random } = world
  const { url, hop } = sent
  const { origin, pathname } = new URL(url)
  if (origin === foreignOrigin && !hop) return { status: 200, headers: {}, text: '', what: 'a stranger' }
  if (hop === 'elsewhere') return answerElsewhere(world, origin)
  const redirect = hop ? undefined : world.fault('redirect', plan.schemes?.redirects ?? 0, ['here', 'to another API', 'to a stranger'])
  if (redirect) {
    const to = { here: origin, 'to another API': origin === filesOrigin ? apiOrigin : filesOrigin, 'to a stranger': foreignOrigin }[
      redirect
    ]
    const status = random.pick([302, 303, 307, 308])
    return { status, headers: { location: `${to}/moved` }, text: '', what: `${status} ${redirect}` }
  }
  const asked = asksForProof(world, sent, fault) ?? (pathname.startsWith('/reports/') ? asksRobot(world, sent, fault) : undefined)
  if (asked) return asked
  if (sent.scheme === 'api-key' && !fault) return { status: 200, headers: {}, text: '', what: 'hello robot' }
  return withNonce(world, origin, speaking(world, answerOfApi(world, sent, fault as ApiFault | undefined)))
}

/** Where a redirect has led without credentials: what is asked for there is not for this client to answer. */
function answerElsewhere(world: World, origin: string): Reply {
  const { random } = world
  const challenge = random.pick([
    undefined,
    'Bearer realm="elsewhere", error="invalid_token"',
    'DPoP error="use_dpop_nonce"',
    'Basic realm="elsewhere"',
    'Digest realm="elsewhere", qop="auth", algorithm=SHA-256, nonce="elsewhere"',
  ])
  if (random.chance(0.5)) return { status: 200, headers: {}, text: '', what: 'somewhere else' }
  const headers = { 'dpop-nonce': `${origin}~`, ...(challenge ? { 'www-authenticate': challenge } : {}) }
  return { status: 401, headers, text: '', what: `401 ${challenge} elsewhere` }
}

/** Refuses a request for its proof alone: the token may be as good as ever. */
function asksForProof(
  world: World,
  { tab, call, url, scheme, accessToken, proof }: Sent,
  fault: SchemedApiFault | undefined,
): Reply | undefined {
  if (!accessToken || !isBound(world.plan) || scheme !== 'dpop') return undefined
  const { origin } = new URL(url)
  const nonces = world.noncesOf(origin)
  const isStale = !nonces.takes(proof?.nonce)
  if (!isStale && fault !== '401-nonce' && fault !== '401-proof') return undefined
  const error = isStale || fault === '401-nonce' ? 'use_dpop_nonce' : 'invalid_dpop_proof'
  // Hidden by CORS.
  const isHidden = fault === '401-nonce' && world.random.chance(0.2)
  const nonce = nonces.current ?? `${origin}~`
  if (!isHidden) tab.calls[call ?? -1]?.causes.add('scheme DPoP')
  return {
    status: 401,
    headers: { 'www-authenticate': `DPoP algs="ES256", error="${error}"`, ...(isHidden ? {} : { 'dpop-nonce': nonce }) },
    text: '',
    what: `401 ${error}${isHidden ? ', hidden' : ''}`,
    asksOnly: true,
  }
}

/** Below `/reports/` robots alone are served, by name and password. */
function asksRobot(world: World, { scheme, text, method }: Sent, fault: SchemedApiFault | undefined): Reply | undefined {
  const { names = [] } = world.plan.schemes ?? {}
  if (fault && fault !== '401-nonce') return undefined
  const refuse = (challenge: string, what: string): Reply => ({
    status: 401,
    headers: { 'www-authenticate': challenge },
    text: '',
    what: `401 ${what}`,
    asksOnly: true,
  })
  const greeting = (headers: Readonly<Record<string, string>> = {}): Reply => ({ status: 200, headers, text: '', what: 'hello robot' })
  const { door } = world
  if (!names.includes('digest')) {
    if (scheme === 'basic' && fault) return refuse('Basic realm="other reports"', 'refused')
    return scheme === 'basic' ? greeting() : refuse('Basic realm="reports"', 'asks for Basic')
  }
  if (scheme === 'basic') return greeting()
  if (scheme !== 'digest')
    return refuse(`${door.challenge()}${names.includes('basic') ? ', Basic realm="reports"' : ''}`, 'asks for Digest')
  const verdict = door.verdict(text, method)
  if (verdict === 'said twice' || verdict === 'wrong') world.violate('I15', `credentials of Digest are ${verdict}`)
  if (verdict !== 'right' || fault) return refuse(door.challenge(true), 'stale')
  return greeting(world.random.chance(0.3) ? { 'authentication-info': `nextnonce="${door.newNonce()}"` } : {})
}

/** The same in the words of the scheme that the tokens are bound to. Who has shown no token learns what is asked for. */
function speaking(world: World, reply: Reply): Reply {
  const { 'www-authenticate': field } = reply.headers
  if (field === undefined || !isBound(world.plan)) return reply
  // Asked for as Bearer, a bound token stays where it is.
  if (field.includes('Negotiate')) return { ...reply, headers: { 'www-authenticate': 'Bearer realm="old", error="invalid_token"' } }
  return { ...reply, headers: { ...reply.headers, 'www-authenticate': field.replace(/\bbearer\b/gi, 'DPoP') } }
}

function withNonce(world: World, origin: string, reply: Reply): Reply {
  const nonce = isBound(world.plan) && world.plan.schemes?.nonceWithAll ? world.noncesOf(origin).current : undefined
  return nonce ? { ...reply, headers: { ...reply.headers, 'dpop-nonce': nonce } } : reply
}
