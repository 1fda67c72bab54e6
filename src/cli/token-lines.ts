import { harmlessName } from '../diagnose/harmless'
import { inWords } from '../diagnose/in-words'
import type { ShownToken } from './shown-token'

/** Header and claims of a JWT, one a line, times in words. The signature is not shown: without it, the token opens nothing. */
export function tokenLines({ header, claims }: ShownToken, now: number): readonly string[] {
  return [
    'Header (read, not verified)',
    ...Object.entries(header).map(([name, value]) => `  ${harmlessName(name)}: ${harmlessName(value)}`),
    claims ? 'Claims (read, not verified)' : 'Claims (encrypted: only whom the token was issued for can read them)',
    ...Object.entries(claims ?? {}).map(([name, value]) => `  ${harmlessName(name)}: ${timed(name, value, now) ?? harmlessName(value)}`),
  ]
}

function timed(name: string, value: unknown, now: number): string | undefined {
  if (!/^(exp|nbf|iat|auth_time|updated_at)$/.test(name) || typeof value !== 'number' || Math.abs(value) > 8.64e12) return undefined
  const at = value * 1000
  return `${value} = ${new Date(at).toISOString()}, ${at > now ? `in ${inWords(at - now)}` : `${inWords(now - at)} ago`}`
}
