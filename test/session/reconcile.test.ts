import { describe, expect, it } from 'vitest'
import { reconcile } from '../../src/session/reconcile.ts'

const here = { accessToken: 'access-1', refreshToken: 'refresh-1', sessionId: 'here' }
const elsewhere = { accessToken: 'access-2', refreshToken: 'refresh-2', sessionId: 'elsewhere' }
const nothing = { has: () => false }

describe('a sign-in that is being saved', () => {
  it('goes over another session that the store shows', () => {
    expect(reconcile({ held: here }, elsewhere, { force: true, behind: null }, nothing)).toBe('stale')
  })

  it('gives way to another session that an earlier read since then did not show (I10)', () => {
    expect(reconcile({ held: here }, elsewhere, { force: true, behind: null, overlooked: null }, nothing)).toBe('replace')
  })
})
