import { describe, expect, it } from 'vitest'
import { retryAfter } from '../../src/grants/retry-after'
import { now } from './grant-context'

const minute = 60_000

describe('Retry-After', () => {
  it.each([
    ['120', 2 * minute],
    ['1', 1000],
    [new Date(now + minute).toUTCString(), minute],
    ['Saturday, 14-Nov-26 12:01:00 GMT', minute],
    ['Sat Nov 14 12:01:00 2026', minute], // RFC 9110 §5.6.7: all three forms.
  ])('says when to try again: %s (F6)', (field, wait) => {
    expect(retryAfter(field, now)).toBe(now + wait)
  })

  it.each(['301', '1000000000', '99999999999999999999', '9'.repeat(400), new Date(now + 60 * minute).toUTCString()])(
    'never says later than five minutes: %s (A49, F6)',
    (field) => {
      expect(retryAfter(field, now)).toBe(now + 5 * minute)
    },
  )

  it.each([
    '',
    '0',
    '-1',
    '1e9',
    '3.5',
    'soon',
    'try 5',
    '120, 120',
    '0x20',
    'GMT',
    new Date(now - minute).toUTCString(),
    'Sat, nonsense GMT',
  ])('is ignored where it is %j (F6)', (field) => {
    expect(retryAfter(field, now)).toBeUndefined()
    expect(retryAfter(field, 0) ?? 0).toBeLessThanOrEqual(field.endsWith('GMT') ? 5 * minute : 0)
  })
})
