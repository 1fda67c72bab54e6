import { describe, expect, it } from 'vitest'
import { bareFetch } from './contestants/bare-fetch.ts'
import { theInterceptor } from './contestants/the-interceptor.ts'
import { overheadRatio, ratio } from './spread.ts'
import { stub } from './stub.ts'
import { readmeTable } from './table.ts'
import { holds, isReached, sentence, type Verdict } from './verdict.ts'

describe('a ratio of the bench', () => {
  it('is taken inside one round: what slows a whole round down changes nothing', () => {
    const times = { bare: [1, 10, 1, 10], ours: [2, 20, 2, 20] }

    expect(ratio(times, 'ours', 'bare')).toEqual({ median: 2, low: 2, high: 2 })
  })

  it('of what is added leaves out a block in which nothing was added to compare with', () => {
    const block = (microseconds: number): number[] => Array(5).fill(microseconds)
    const times = { bare: [...block(10), ...block(10)], theirs: [...block(12), ...block(9)], ours: [...block(11), ...block(11)] }

    expect(overheadRatio(times, 'ours', 'theirs', 'bare').median).toBe(0.5)
  })
})

describe('the stub', () => {
  it.each([bareFetch, theInterceptor])('lets $name through a 401, a refresh and a replay, and counts them', async ({ start }) => {
    const { servers, ...place } = stub({ uses: 1 })
    const app = start(place)

    const answers = [await app.get(), await app.get(), await app.get()]

    expect(answers).toEqual(Array(3).fill({ name: 'Ada' }))
    expect(servers.counters).toEqual({ tokenRequests: 2, spent: 0, served: 3, refused: 2 })
  })

  it('refuses a refresh token that was used before, and the access tokens before the last rotation where each kills', () => {
    const { servers } = stub({ kills: true })
    const body = 'grant_type=refresh_token&refresh_token=refresh-0'
    const token = () => servers.answer({ path: '/token', authorization: undefined, body }).status
    const me = (accessToken: string) => servers.answer({ path: '/me', authorization: `Bearer ${accessToken}`, body: '' }).status

    expect([me('access-0'), token(), token(), me('access-0'), me('access-1')]).toEqual([200, 200, 400, 401, 200])
  })
})

describe('a verdict', () => {
  const verdict: Verdict = { what: 'cost', measured: 1.5, is: 'at most', goal: 1, gate: 2 }

  it('distinguishes a goal that is not reached from a bound that is broken', () => {
    expect([isReached(verdict), holds(verdict), holds({ ...verdict, measured: 3 })]).toEqual([false, true, false])
    expect(sentence(verdict)).toBe('cost: 1.5; goal at most 1: NOT REACHED (CI fails above 2)')
  })
})

it("the README's table keeps the rows of measures that were not run", () => {
  const row = { goal: '≤ 1', theInterceptor: '1', peers: 'ky 2' }
  const before = readmeTable(
    [
      { ...row, what: 'a', ours: '1' },
      { ...row, what: 'b', ours: '2' },
    ],
    '',
  )

  const after = readmeTable([{ ...row, what: 'a', ours: '3' }], before)

  expect(after.split('\n').slice(2)).toEqual(['| a | ≤ 1 | 3 | 1 | ky 2 |', '| b | ≤ 1 | 2 | 1 | ky 2 |'])
})
