import { apiFaults, lockFaults, readFaults, tokenFaults, writeFaults } from './faults'
import { acts, stages } from './plan'

/** How often CI's seeds must visit each. */
export const leastVisits = 100

/** CI's seeds; with fewer the counters are only shown. */
export const enoughSeeds = 50_000

const kinds = (where: string, names: readonly string[]): string[] => names.map((name) => `fault ${where} ${name}`)

/** Every kind of fault, by the name of its counter. */
const faults = [
  ...kinds('token endpoint', tokenFaults),
  ...kinds('api', apiFaults),
  ...kinds('read', readFaults),
  ...kinds('write', writeFaults),
  ...kinds('lock', [...lockFaults, 'throws', 'never', 'no-exclusion', 'runs-nothing', 'runs-twice']),
  ...kinds('foreign writer', ['refreshes', 'writes', 'clears']),
  'fault clock jump',
  'fault ghost',
]

/**
 * The windows of a refresh, and what may come into them:
 * `asked` → lock, `locked` → re-read, `re-read` → sent, `sent` → rotated, `rotated` → `answered` → `received`, received → saved
 * (`received`, `saving`), check → save (`checking`, `checked`: stores that can't compare and swap), `saved` → released.
 */
const windows = stages.flatMap((stage) => acts.map((act) => `window ${stage}: ${act}`))

const others = [
  'window: presents the same token again',
  'window: presents a consumed token',
  'window: two tabs refresh at once',
  'window: replay',
  'window: sent after another answer',
  'window: the refresh budget is spent',
  'logout ended_elsewhere',
  'logout refresh_rejected',
  'logout signed_out',
]

/** What a run must have visited to be worth anything. */
export const dangers: readonly string[] = [...faults, ...windows, ...others]

/** The dangers that were visited too seldom. */
export function missed(counters: ReadonlyMap<string, number>): readonly string[] {
  return dangers
    .filter((name) => (counters.get(name) ?? 0) < leastVisits)
    .map((name) => `${name}: visited ${counters.get(name) ?? 0} times, at least ${leastVisits} are wanted`)
}
