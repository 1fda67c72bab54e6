import { apiOrigin, filesOrigin, resourceOrigins, type Sent, tokenUrl } from './network'
import { isBound } from './schemes'
import type { World } from './world'

const tokenOrigin = new URL(tokenUrl).origin
const allowed: readonly string[] = [apiOrigin, filesOrigin, ...resourceOrigins, tokenOrigin]

/**
 * Where other schemes than Bearer are at work. I3: no credential at an origin that is not allowed, nor at another one than it was sent
 * to. I15: what is bound to a key goes with a proof, of that key and for that request, and never as Bearer.
 */
export function checkCredentials(world: World, { url, method, scheme, accessToken, proof, hop }: Sent): void {
  if (!world.plan.schemes) return
  const { origin } = new URL(url)
  const carriesAny = scheme !== undefined || proof !== undefined
  if (carriesAny && (hop === 'elsewhere' || !allowed.includes(origin)))
    world.violate('I3', `credentials (${scheme ?? 'a proof'}) go to ${url}`)
  const bound = isBound(world.plan)
  if (accessToken && scheme !== (bound ? 'dpop' : 'bearer')) world.violate('I15', `a token goes to ${url} as ${scheme}`)
  const isDue = bound && (accessToken !== undefined || url === tokenUrl)
  if (isDue && !proof) world.violate('I15', `no proof goes to ${url}`)
  if (!proof) return
  if (proof.key === undefined || proof.key !== world.key) world.violate('I15', `a proof is of ${proof.key ?? 'a key that is not kept'}`)
  if (proof.url !== url || proof.method !== method || proof.accessToken !== accessToken)
    world.violate('I15', `a proof for ${proof.method} ${proof.url} goes with ${method} ${url}, or with another token`)
  if (proof.nonce !== undefined && !world.noncesOf(origin).owns(proof.nonce))
    world.violate('I15', `the nonce ${proof.nonce} goes to ${origin}`)
}
