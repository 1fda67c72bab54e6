import type { ApiFault } from './faults'
import { foreignOrigin, type Sent } from './network'
import type { Reply } from './token-endpoint'
import type { World } from './world'

const refused = {
  invalid_token: 'Bearer realm="api", error="invalid_token", error_description="expired"',
  bare: 'Bearer realm="api"',
  'no header': undefined,
  'unknown error': 'bearer error=token_gone',
  'beside another scheme': 'Basic realm="old, error=\\"invalid_request\\"", Bearer error="invalid_token"',
} as const

/** A resource that says 401 in all the ways there are. */
export function answerOfApi(world: World, { tab, call, accessToken, url }: Sent, fault: ApiFault | undefined): Reply {
  const { server, plan, random, scheduler } = world
  const reply = (status: number, challenge?: string, more: Partial<Reply> = {}): Reply => ({
    status,
    headers: challenge === undefined ? {} : { 'www-authenticate': challenge },
    text: '{"some":"body"}',
    what: `${status}${fault ? ` ${fault}` : ''}`,
    ...more,
  })
  const { origin } = new URL(url)
  if (origin === foreignOrigin) return reply(200, undefined, { what: 'a stranger' })
  // What a scheme or a person may answer is one more send for this call (I7).
  const mayAnswer = (cause: string): void => void tab.calls[call ?? -1]?.causes.add(cause)
  switch (fault) {
    case '500':
    case '403':
    case '407':
      return reply(Number(fault))
    case '429':
      return reply(429, undefined, { headers: { 'retry-after': '1' } })
    case '401-another-scheme':
      return reply(401, 'Negotiate, Basic realm="proxy"')
    case '401-contradictory':
      return reply(401, 'Bearer error="invalid_token", error="insufficient_scope"')
    case '401-malformed':
      return reply(401, 'Bearer realm="never closed, error="')
    case '401-oversized':
      return reply(401, `Bearer realm="${'x'.repeat(70_000)}"`)
    case '401-invalid_request':
      return reply(401, 'Bearer error="invalid_request"')
    case '401-elsewhere':
      return reply(401, refused.invalid_token, { from: 'https://elsewhere.example.net/things' })
    case '403-scope':
      mayAnswer('step-up')
      return reply(403, 'Bearer error="insufficient_scope", scope="more"')
    case '401-more-authentication':
      mayAnswer('step-up')
      return reply(401, 'Bearer error="insufficient_user_authentication", acr_values="high", max_age="5"')
    case '401-claims':
      mayAnswer('step-up')
      return reply(401, 'Bearer error="invalid_token", claims="e30"')
    case '403-expired':
      return reply(403, undefined, { headers: { 'x-expired': '1' } })
  }
  if (fault === '401-nonce' && plan.scheme === 'nonce' && !plan.schemes) {
    mayAnswer('scheme')
    return {
      ...reply(401, 'Bearer error="use_nonce"'),
      headers: { 'www-authenticate': 'Bearer error="use_nonce"', nonce: String(random.next()) },
    }
  }
  const access = world.isFor(accessToken ?? '', origin) ? server.accepts(accessToken ?? '') : undefined
  const isStubborn = scheduler.now < plan.stubbornUntil
  if (access && fault !== '401-though-valid' && !isStubborn) return reply(200, undefined, { what: `hello ${access.family.sub}` })
  const kinds = Object.keys(refused) as (keyof typeof refused)[]
  const form = plan.unauthorized === 'any' ? random.pick(kinds) : plan.unauthorized
  return reply(401, accessToken || form === 'no header' ? refused[form] : refused.bare, { what: `401 ${form}` })
}
