import { bundle } from './bundle'
import { crew } from './crew'
import { type Kill, readKills, writeKills } from './kills'
import { mutants } from './mutants/all'
import type { Mutant } from './mutants/mutant'
import type { Job, Report } from './worker'

interface Search {
  readonly most: number
  readonly workers: number
  /** One mutant alone. */
  readonly only: string | undefined
}

/** Finds the first seed that kills each mutant, and records it. False where one survives. */
export async function searchMutants({ most, workers, only }: Search): Promise<boolean> {
  const kills = readKills()
  const hunted = mutants.filter(({ name }) => !only || name === only)
  let survivors = 0
  for (const mutant of hunted) {
    const began = performance.now()
    const kill = await hunt(mutant, mutant.first ?? 1, most, workers)
    if (kill) kills.set(mutant.name, kill)
    else {
      kills.delete(mutant.name)
      survivors++
    }
    console.log(`${kill ? `seed ${kill.seed}, ${kill.invariant}` : 'SURVIVES'}: ${mutant.name} (${secondsSince(began)} s)`)
    writeKills(mutants, kills)
  }
  console.log(`${hunted.length} mutants, ${survivors} survive ${most} seeds`)
  return survivors === 0
}

/**
 * Runs each mutant's recorded seed. A change of the product may have moved it into another order of events: then others are tried
 * before it counts as alive.
 */
export async function replayMutants(workers: number): Promise<boolean> {
  const kills = readKills()
  let survivors = 0
  let moved = 0
  for (const mutant of mutants) {
    const known = kills.get(mutant.name)
    const kill = known && (await hunt(mutant, known.seed, 1, 1))
    const { first = 1 } = mutant
    const most = Math.max(2_000, 4 * (known ? known.seed - first : 0))
    const other = kill ? undefined : await hunt(mutant, first, most, workers)
    if (other) {
      moved++
      console.log(`seed ${known?.seed} no longer kills the client that ${mutant.name}, seed ${other.seed} does (${other.invariant})`)
    } else if (!kill) {
      survivors++
      console.log(`SURVIVES: a client that ${mutant.name}`)
    }
  }
  if (moved) console.log(`${moved} have moved: npm run simulate -- --mutants --search --seeds 50000 records them anew`)
  console.log(`${mutants.length} mutants, ${mutants.length - survivors} killed, ${survivors} survive`)
  return survivors === 0
}

/** The first of some seeds in which the mutant breaks a rule. */
async function hunt({ name, patches }: Mutant, first: number, count: number, workers: number): Promise<Kill | undefined> {
  const team = crew<Job, Report>(await bundle(name.replace(/\W+/g, '-'), patches), workers)
  let kill: Kill | undefined
  await team.work(jobs(first, count), ({ found: [one] }) => {
    if (one && one.seed < (kill?.seed ?? Number.POSITIVE_INFINITY)) kill = one
    return kill !== undefined
  })
  await team.dismiss()
  return kill
}

function* jobs(first: number, count: number): Generator<Job> {
  const size = 20
  for (let start = first; start < first + count; start += size)
    yield { first: start, count: Math.min(size, first + count - start), stops: true }
}

function secondsSince(began: number): number {
  return Math.round((performance.now() - began) / 1000)
}
