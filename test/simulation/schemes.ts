import { type AuthScheme, bearer } from 'authenticated-client'
import { apiKey } from 'authenticated-client/api-key'
import { basic } from 'authenticated-client/basic'
import { digest } from 'authenticated-client/digest'
import { dpop } from 'authenticated-client/dpop'
import { keyStoreOf } from './key-store'
import type { Plan } from './plan'
import type { SchemeName } from './scheme-plan'
import type { Tab } from './tab'
import type { World } from './world'

/** Recognised wherever it turns up (I13). */
export const robot = { username: 'robot', password: 'canary-password' } as const
export const robotKey = 'canary-key-of-a-robot'

/** The schemes of a world's plan, as one tab has them. */
export function schemesOf(world: World, tab: Tab): readonly AuthScheme[] {
  const { names = [] } = world.plan.schemes ?? {}
  const makers: Readonly<Record<SchemeName, () => AuthScheme>> = {
    dpop: () => dpop({ keyStore: keyStoreOf(world, tab) }),
    bearer,
    basic: () => basic(robot, { preemptive: false }),
    digest: () => digest(robot),
    'api-key': () => apiKey({ key: robotKey }),
  }
  return names.map((name) => makers[name]())
}

/** Whether the access tokens of a world are bound to a key (RFC 9449). */
export function isBound({ schemes }: Plan): boolean {
  return schemes?.names[0] === 'dpop'
}

/** What an app knows of its tokens' type: nothing where it need not. */
export function typeOf(plan: Plan): { readonly tokenType?: string } {
  return isBound(plan) ? { tokenType: 'DPoP' } : {}
}
