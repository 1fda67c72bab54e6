import { describe, expect, it } from 'vitest'
import type { Heard } from '../../playground/page/heard'
import { decisionsOf } from '../../playground/page/timeline/decisions'
import { figuresOf } from '../../playground/page/timeline/figures'
import { lanesOf } from '../../playground/page/timeline/lanes'
import { placedWithText } from '../../playground/page/timeline/placed'
import { refreshesOf } from '../../playground/page/timeline/refreshes'
import { scaleOf } from '../../playground/page/timeline/scale'
import { tokenBarsOf } from '../../playground/page/timeline/token-bars'

/** Two tabs: a call in each is refused, the first refreshes, the second takes its tokens over. */
const shared: readonly Heard[] = [
  ...['Tab A', 'Tab B'].map((who) => session(0, who, 60_000)),
  ...['Tab A', 'Tab B'].flatMap((who) => [
    heard(1, who, { type: 'called', call: 0, method: 'GET', path: '/me' }),
    heard(2, who, { type: 'request', call: 0, attempt: 0, method: 'GET', url: 'https://api.example.com/me', generation: 1, at: 0 }),
    heard(20, who, { type: 'response', call: 0, attempt: 0, status: 401, challenges: [], at: 0 }),
    heard(21, who, {
      type: 'decision',
      call: 0,
      attempt: 0,
      action: 'refresh',
      row: 17,
      reason: 'invalid_token',
      cause: 'credentials',
      at: 0,
    }),
    heard(22, who, { type: 'refresh-started', because: 'unauthorized', generation: 1, at: 0 }),
  ]),
  session(120, 'Tab A', 70_000),
  heard(121, 'Tab A', { type: 'refresh-ended', outcome: 'refreshed', generation: 2, at: 0 }),
  session(123, 'Tab B', 70_000),
  heard(124, 'Tab B', { type: 'refresh-ended', outcome: 'adopted', generation: 2, at: 0 }),
  ...['Tab A', 'Tab B'].flatMap((who) => [
    heard(130, who, { type: 'request', call: 0, attempt: 1, method: 'GET', url: 'https://api.example.com/me', generation: 2, at: 0 }),
    heard(140, who, { type: 'response', call: 0, attempt: 1, status: 200, challenges: [], at: 0 }),
    heard(141, who, { type: 'settled', call: 0, outcome: 200 }),
  ]),
]

describe('a run as a picture', () => {
  it('has a lane for each call of each tab, in stretches without a gap', () => {
    const lanes = lanesOf(shared)

    expect(lanes.map(({ who, call, label }) => [who, call, label])).toEqual([
      ['Tab A', 0, 'GET /me'],
      ['Tab B', 0, 'GET /me'],
    ])
    expect(lanes[0]?.stretches).toEqual([
      { kind: 'waiting', from: 1, to: 2 },
      { kind: 'sent', from: 2, to: 20 },
      { kind: 'waiting', from: 20, to: 130 },
      { kind: 'replayed', from: 130, to: 140 },
      { kind: 'waiting', from: 140, to: 141 },
    ])
    expect(lanes[0]).toMatchObject({ refusals: [{ at: 20, status: 401 }], end: { at: 141, outcome: 200 } })
  })

  it('has one refresh where one tab took over what the other got, and both waited for it', () => {
    const lanes = lanesOf(shared)

    expect(refreshesOf(shared, lanes)).toEqual([{ from: 22, to: 121, failed: false, sharedBy: lanes }])
  })

  it('has one refresh even while it is not known which tab makes it', () => {
    const run = shared.filter(({ at }) => at < 120)

    expect(refreshesOf(run, lanesOf(run))).toMatchObject([{ from: 22, to: undefined }])
  })

  it('has one bar for a token that two tabs hold', () => {
    expect(tokenBarsOf(shared)).toEqual([
      { number: 1, from: 0, to: 120, ended: 'replaced', expiresAt: 60_000, lives: 60_000 },
      { number: 2, from: 120, expiresAt: 70_000, lives: 70_000 },
    ])
  })

  it('counts how long a token lives by the clock that says when it ends', () => {
    const slow = 1_000_000 - 600_000
    const state = { status: 'authenticated', generation: 1, expiresAt: slow + 60_000 } as const

    const [bar] = tokenBarsOf([heard(1_000_000, 'This page', { type: 'session-changed', state, at: slow })])

    expect(bar?.lives).toBe(60_000)
  })

  it('ends the bar of a token whose session is over', () => {
    const run = [
      session(0, 'Tab A', 60_000),
      heard(9, 'Tab A', { type: 'session-changed', state: { status: 'ended', reason: 'signed_out' }, at: 0 }),
    ]

    expect(tokenBarsOf(run)).toEqual([{ number: 1, from: 0, to: 9, ended: 'session over', expiresAt: 60_000, lives: 60_000 }])
  })

  it('says the same in numbers', () => {
    const lanes = lanesOf(shared)

    expect(figuresOf(lanes, refreshesOf(shared, lanes)).map(({ count, of }) => `${count} ${of}`)).toEqual([
      '2 calls',
      '2 refused (401)',
      '1 refresh, 2 waited for it',
      '2 sent again',
      '2 answered',
    ])
    expect(decisionsOf(shared)).toEqual([{ times: 2, text: 'refresh, then send again: invalid_token (row 17 of the decision table)' }])
  })

  it('shows a refresh that failed as its own, and the call as rejected', () => {
    const run = shared
      .filter(({ at, who }) => at < 120 && who === 'Tab A')
      .concat(heard(90, 'Tab A', { type: 'refresh-ended', outcome: 'unavailable', generation: 1, at: 0 }))
      .concat(heard(91, 'Tab A', { type: 'settled', call: 0, outcome: 'RefreshUnavailableError' }))
    const lanes = lanesOf(run)

    expect(refreshesOf(run, lanes)).toMatchObject([{ from: 22, to: 90, failed: true }])
    const figures = figuresOf(lanes, refreshesOf(run, lanes))
    expect(figures.at(-1)).toEqual({ count: 1, of: 'rejected' })
    expect(figures).toContainEqual({ count: 1, of: 'refresh, failed' })
  })

  it('says of several refreshes how many failed', () => {
    const failed = (from: number) => [
      heard(from, 'Tab A', { type: 'refresh-started', because: 'asked', generation: 1, at: 0 }),
      heard(from + 50, 'Tab A', { type: 'refresh-ended', outcome: from > 1_000 ? 'refreshed' : 'unavailable', generation: 1, at: 0 }),
    ]
    const run = [...failed(500), ...failed(2_000)]

    expect(figuresOf([], refreshesOf(run, []))).toContainEqual({ count: 2, of: 'refreshes, 1 failed' })
  })

  it('says of a refusal that the app got that it was handed back', () => {
    const run = [
      heard(1, 'Tab A', { type: 'called', call: 0, method: 'GET', path: '/me' }),
      heard(20, 'Tab A', { type: 'response', call: 0, attempt: 0, status: 403, challenges: [], at: 0 }),
      heard(21, 'Tab A', { type: 'decision', call: 0, attempt: 0, action: 'return', row: 11, reason: '403', cause: 'credentials', at: 0 }),
      heard(22, 'Tab A', { type: 'settled', call: 0, outcome: 403 }),
    ]

    expect(figuresOf(lanesOf(run), []).at(-1)).toEqual({ count: 1, of: 'handed back' })
    expect(decisionsOf(run)).toEqual([{ times: 1, text: 'hand the answer back: 403 (row 11 of the decision table)' }])
  })
})

describe('the scale', () => {
  it('has a few round ticks, whatever the time', () => {
    for (const end of [0, 7, 90, 450, 1_600, 29_000]) {
      const { ticks, at } = scaleOf(1_000, 1_000 + end)

      expect(ticks.length).toBeLessThanOrEqual(8)
      expect(ticks[0]).toBe(0)
      expect(at(1_000 + end)).toBeLessThanOrEqual(100)
    }
  })
})

describe('a mark with text', () => {
  it.each([
    [10, 20, { left: '10%', right: '' }],
    [60, 30, { left: 'auto', right: '10%' }],
    [91, undefined, { left: 'auto', right: '9%' }],
  ])('grows to where there is room, from %i%%', (left, width, expected) => {
    const mark = { style: { left: '', right: '', width: '' } }

    placedWithText(mark as unknown as HTMLElement, left, width)

    expect(mark.style).toMatchObject(expected)
  })
})

function heard(at: number, who: string, what: Heard['what']): Heard {
  return { at, who, what }
}

function session(at: number, who: string, expiresAt: number): Heard {
  return heard(at, who, { type: 'session-changed', state: { status: 'authenticated', generation: 1, expiresAt }, at: 0 })
}
