import type { Facts } from './facts'
import { harmlessName } from './harmless'

/**
 * Where a request without other credentials shows its own signature: in the query (S3, Azure’s SAS, CloudFront), or in a field
 * (webhooks).
 */
export function placeOfSignature({ url, ownFields, authorization, token }: Facts): string | undefined {
  if (authorization !== undefined || token !== undefined) return undefined
  const parameter = /[?&]([\w-]{0,40}signature|sig)=/i.exec(url)?.[1]
  const field = ownFields.find((name) => /signature|-sign$/.test(name))
  if (parameter) return `the query has a ${parameter}`
  return field && `there is a field ${harmlessName(field)}`
}
