import type { ApiFault } from './faults'
import type { Sent } from './network'
import type { Reply } from './token-endpoint'
import type { World } from './world'

const challenges = {
  invalid_token: 'Bearer realm="api", error="invalid_token", error_description="expired"',
  bare: 'Bearer realm="api"',
  'no header': undefined,
} as const

/** A resource that says 401 in all the ways there are. */
export function answerOfApi(world: World, { accessToken, url }: Sent, fault: ApiFault | undefined): Reply {
  const { server, plan, random } = world
  const reply = (status: number, what: string, headers: Record<string, string> = {}): Reply => ({
    status,
    headers,
    text: '{"some":"body"}',
    what,
  })
  if (!url.startsWith('https://api.example.com/')) return reply(200, 'a stranger')
  if (fault === '500') return reply(500, '500')
  if (fault === '429') return reply(429, '429', { 'retry-after': '1' })
  if (fault === '403') return reply(403, '403')
  const access = server.accepts(accessToken ?? '')
  if (access && fault !== '401-though-valid') return reply(200, `hello u${access.family.user}`)
  const form = plan.unauthorized === 'any' ? random.pick(['invalid_token', 'bare', 'no header'] as const) : plan.unauthorized
  const challenge = accessToken || form === 'no header' ? challenges[form] : challenges.bare
  return reply(401, `401 ${form}`, challenge ? { 'www-authenticate': challenge } : {})
}
