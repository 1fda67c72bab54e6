import { expect, it } from 'vitest'
import { createSuperseded } from '../../src/session/superseded.ts'

it('remembers the sessions that were signed out of last, and forgets older ones', () => {
  const superseded = createSuperseded()
  const sessions = Array.from({ length: 1_000 }, (_, nth) => ({ accessToken: `access-${nth}`, sessionId: `session-${nth}` }))

  for (const session of sessions) superseded.retire(session, true)

  expect(superseded.has('access-999') && superseded.has('session-999')).toBe(true)
  expect(sessions.filter(({ sessionId }) => superseded.has(sessionId)).length).toBeLessThan(100)
})
