import { describe, expect, it } from 'vitest'
import { impatientClock } from '../support/impatient-clock.ts'
import { faults } from './faults.ts'
import { ours } from './ours.ts'
import { run, standings } from './run.ts'

describe('a token endpoint that is out of order, over real sockets', () => {
  it('is shown in at least 40 ways', () => {
    expect(Object.keys(faults).length).toBeGreaterThanOrEqual(40)
  })

  describe.each(standings)('to a client whose access token is %s', (standing) => {
    it.concurrent.each(Object.keys(faults))(
      '%s: keeps the session, and the next call after the fault succeeds (F1–F17, F22–F25)',
      async (name) => {
        const hurried = ours({ refreshTimeout: 500, clock: impatientClock() })

        const outcome = await run(hurried, faults[name]!, standing, { call: 10_000, recovery: 10_000, pause: 0 })

        expect(outcome).toEqual({ hasMetFault: true, isSignedOut: false, hasRecovered: true })
      },
    )
  })
})
