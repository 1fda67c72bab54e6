import { parseArgs } from 'node:util'
import { bundle } from './bundle'
import { crew } from './crew'
import { enoughSeeds, missed } from './danger'
import { explore } from './explore'
import { record } from './ledger'
import { replayMutants, searchMutants } from './mutant-hunt'
import { mutants } from './mutants/all'
import { regressions } from './regressions'
import type { Found, Job, Report, tell } from './worker'

// npm run simulate -- …: see README.md, "Simulation".
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    workers: { type: 'string', default: '2' },
    story: { type: 'boolean', default: false },
    twice: { type: 'boolean', default: false },
    ledger: { type: 'boolean', default: false },
    mutants: { type: 'boolean', default: false },
    search: { type: 'boolean', default: false },
    mutant: { type: 'string' },
    explore: { type: 'boolean', default: false },
    most: { type: 'string', default: '1000000' },
    scenario: { type: 'string' },
    plain: { type: 'boolean', default: false },
  },
})
const first = Number(values.seed)
const count = Number(values.seeds)
const workers = Number(values.workers)
const mutant = mutants.find(({ name }) => name === values.mutant)
if (values.mutant && !mutant && !values.search) throw new TypeError(`There is no mutant ${values.mutant}`)

if (values.explore) process.exitCode = (await exploration()) ? 0 : 1
else if (values.mutants && values.search) process.exitCode = (await searchMutants({ most: count, workers, only: values.mutant })) ? 0 : 1
else if (values.mutants) process.exitCode = (await replayMutants(workers)) ? 0 : 1
else if (values.story) await story()
else await simulate()

function exploration(): Promise<boolean> {
  const { most, scenario, plain } = values
  return explore({ bounds: { most: Number(most), isPlain: plain }, only: scenario, workers, patches: mutant?.patches })
}

async function story(): Promise<void> {
  const module = (await import(await bundle('story', mutant?.patches))) as { tell: typeof tell }
  const world = await module.tell(first)
  const { random: _, ...plan } = world.plan
  console.log(`${JSON.stringify(plan)}\n${world.story.read()}`)
  process.exitCode = world.violations.length ? 1 : 0
}

async function simulate(): Promise<void> {
  const totals = new Map<string, number>()
  const found: Found[] = []
  const began = performance.now()
  let done = 0
  let shown = began
  const rate = (): number => Math.round((done / (performance.now() - began)) * 1000)
  const path = await bundle('worlds', mutant?.patches)
  const team = crew<Job, Report>(path, workers)
  await team.work(jobs(), (report) => {
    done += report.job.count
    for (const [name, visits] of report.counters) totals.set(name, (totals.get(name) ?? 0) + visits)
    for (const one of report.found) {
      found.push(one)
      console.log(`seed ${one.seed}: ${one.invariant}: ${one.what}`)
    }
    if (performance.now() > shown + 10_000) {
      shown = performance.now()
      console.error(`… ${done} worlds, ${rate()} a second, ${found.length} violations`)
    }
    return false
  })
  await team.dismiss()

  for (const [name, visits] of [...totals].sort(([one], [other]) => one.localeCompare(other)))
    console.log(`${String(visits).padStart(9)}  ${name}`)
  const bare = count >= enoughSeeds ? missed(totals) : []
  for (const line of bare) console.log(line)
  const seconds = Math.round((performance.now() - began) / 1000)
  console.log(`${done} worlds${values.twice ? ', each twice' : ''}, ${seconds} s, ${rate()} a second, ${found.length} violations`)
  if (found[0]) console.log(`npm run simulate -- --story --seed ${found[0].seed} tells the first one's story`)
  if (values.ledger) record({ bundle: path, first, count, violations: found.length, seconds })
  process.exitCode = found.length || bare.length ? 1 : 0
}

function* jobs(): Generator<Job> {
  for (const { seed } of regressions) yield { first: seed, count: 1, twice: values.twice }
  const size = 50
  for (let start = first; start < first + count; start += size)
    yield { first: start, count: Math.min(size, first + count - start), twice: values.twice }
}
