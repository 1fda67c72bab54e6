import { parseArgs } from 'node:util'
import { runWorld } from './run-world'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    story: { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
    twice: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
})

if (!values.story) Error.stackTraceLimit = 4

const first = Number(values.seed)
const last = first + Number(values.seeds)
const totals = new Map<string, number>()
const found = new Map<string, number[]>()
const began = performance.now()
let shown = began

for (let seed = first; seed < last; seed++) {
  const world = await runWorld(seed)
  for (const [name, count] of world.counters) totals.set(name, (totals.get(name) ?? 0) + count)
  if (values.twice && (await runWorld(seed)).story.hash !== world.story.hash) world.violate('I14', 'another trace the second time')
  if (values.story && Number(values.seeds) === 1) {
    const { random: _, ...plan } = world.plan
    console.log(JSON.stringify(plan), `\n${world.story.read()}`)
  }
  const violation = world.violations.find(({ invariant }) => !values.only || invariant.startsWith(values.only))
  if (violation) {
    const { invariant, what } = violation
    const seeds = found.get(invariant) ?? []
    found.set(invariant, [...seeds, seed])
    console.log(`seed ${seed}: ${invariant}: ${what}`)
    if (values.story && Number(values.seeds) !== 1) console.log(world.story.read())
    if (!values.all && values.story) break
  }
  if (performance.now() > shown + 5_000) {
    shown = performance.now()
    console.error(`… seed ${seed}, ${rate(seed + 1)} worlds a second, ${[...found.values()].flat().length} violations`)
  }
}

for (const [name, count] of [...totals].sort(([one], [other]) => one.localeCompare(other)))
  console.log(`${String(count).padStart(9)}  ${name}`)
for (const [invariant, seeds] of found) console.log(`${invariant}: ${seeds.length} worlds, first ${seeds.slice(0, 12).join(' ')}`)
console.log(`${last - first} worlds, ${rate(last)} a second, ${[...found.values()].flat().length} with violations`)
process.exitCode = found.size ? 1 : 0

function rate(seed: number): number {
  return Math.round(((seed - first) / (performance.now() - began)) * 1000)
}
