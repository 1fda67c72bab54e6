import { bearer } from 'authenticated-client'
import { basic } from 'authenticated-client/basic'
import { expect, it } from 'vitest'
import { RequestTemplate } from '../../src/pipeline/request-template.ts'
import { createSchemeSelector } from '../../src/pipeline/select-scheme.ts'
import type { Phase } from '../../src/session/phase.ts'

it('what an origin has asked of a session that is over is not remembered for the next one, however late it is told', () => {
  const [strong, weak] = [bearer(), basic({ username: 'guest', password: 'guest' })]
  const { attach, remember } = createSchemeSelector(
    [strong, weak],
    () => undefined,
    () => {},
  )
  const url = 'https://api.example.com/me'
  const attached = (phase: Phase) => attach(new RequestTemplate(url, undefined, 0), phase)
  const before = [attached(ada), attached(bob)]

  remember(url, weak, ada)

  expect([...before, attached(bob)]).toEqual([strong, strong, strong])
  remember(url, weak, ada)
  remember('https://files.example.com/me', weak, bob)
  expect(attached(bob)).toBe(strong)
  remember(url, weak, bob)
  expect(attached(bob)).toBe(weak)
})

const ada = signedIn(1)
const bob = signedIn(2)

function signedIn(epoch: number): Phase {
  const state = { status: 'authenticated', generation: epoch } as const
  return { state, epoch, generation: epoch, doubt: 0, held: { accessToken: `token-${epoch}` }, expiry: {} }
}
