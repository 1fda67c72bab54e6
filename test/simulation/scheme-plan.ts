import type { Random } from './random'

/** One way to authenticate; the product's own scheme of that name. */
export type SchemeName = 'dpop' | 'bearer' | 'basic' | 'digest' | 'api-key'

/** What is said of the schemes of a world, and of where its servers lead elsewhere. */
export type SchemePlan = ReturnType<typeof schemePlan>

const lists: readonly (readonly SchemeName[])[] = [
  ['dpop'],
  ['dpop'],
  ['dpop', 'bearer'],
  ['dpop', 'basic'],
  ['bearer'],
  ['bearer', 'basic'],
  ['bearer', 'digest'],
  ['bearer', 'digest', 'basic'],
  ['bearer', 'api-key'],
]

export function schemePlan({ pick, chance, next }: Random) {
  const nonces = [undefined, 2_000, 2_000, 10_000, 60_000] as const
  return {
    /** Strongest first. */
    names: pick(lists),
    resources: chance(0.2),
    /** How often an API answers through a redirect. */
    redirects: chance(0.4) ? 0 : next() * 0.4,
    /** A browser hides where a redirect leads from whoever does not follow it. */
    hidesTargets: chance(0.5),
    /** How long a nonce of an API's is given out, in milliseconds; it is good for as long again. `undefined`: it asks for none. */
    nonces: pick(nonces),
    /** The same of the token endpoint. */
    tokenNonces: pick(nonces),
    /** Whether each answer brings the current nonce, or a challenge alone does. */
    nonceWithAll: chance(0.5),
    /** Whether a proof takes its time, as a signature does. */
    signsLate: chance(0.7),
  }
}
