import { inspect } from 'node:util'
import { expect } from 'vitest'

/** Fails where any way of looking at a thrown thing shows one of the secrets (rule 13 of design.md). */
export function expectNoSecrets(thrown: unknown, secrets: readonly string[]): void {
  const shown = everyView(thrown)
  for (const secret of secrets) {
    for (const spelling of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]) {
      expect(shown.includes(spelling), `shows ${JSON.stringify(spelling)}`).toBe(false)
    }
  }
}

function everyView(thrown: unknown, depth = 0): string {
  if (depth > 5) return ''
  const views = [String(thrown), inspect(thrown, { depth: 20, showHidden: true, getters: true }), JSON.stringify(thrown) ?? '']
  if (thrown instanceof Error) {
    views.push(thrown.message, thrown.stack ?? '', everyView(thrown.cause, depth + 1))
    for (const name of Object.getOwnPropertyNames(thrown)) views.push(String((thrown as unknown as Record<string, unknown>)[name]))
  }
  return views.join('\n')
}
