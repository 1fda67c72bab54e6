import { parentPort } from 'node:worker_threads'
import type { Scenario } from './explore/scenarios'
import { type Bounds, type Explored, explored } from './explore/search'
import { runWorld } from './run-world'
import type { Violation, World } from './world'

export interface Job {
  readonly first: number
  readonly count: number
  /** Every seed runs twice: the same trace both times (I14). */
  readonly twice?: boolean
  /** Ends at the first violation. */
  readonly stops?: boolean
}

export interface Found extends Violation {
  readonly seed: number
}

export interface Report {
  readonly job: Job
  readonly found: readonly Found[]
  readonly counters: ReadonlyMap<string, number>
  /** Of each seed's trace. */
  readonly hashes: readonly number[]
}

/** Small worlds to be searched. */
export interface SmallWorlds {
  readonly scenario: Scenario
  readonly bounds: Bounds
}

export interface Searched extends SmallWorlds {
  readonly explored: Explored
}

// A world makes thousands of errors; who reads one asks for its story.
Error.stackTraceLimit = 0

/** Runs the worlds of some seeds, one after the other. */
export async function run(job: Job): Promise<Report> {
  const counters = new Map<string, number>()
  const found: Found[] = []
  const hashes: number[] = []
  for (let seed = job.first; seed < job.first + job.count; seed++) {
    const world = await runWorld(seed)
    const { story, violations } = world
    for (const [name, count] of world.counters) counters.set(name, (counters.get(name) ?? 0) + count)
    hashes.push(story.hash)
    if (job.twice && (await runWorld(seed)).story.hash !== story.hash)
      found.push({ seed, invariant: 'I14', what: 'another trace the second time' })
    const [violation] = violations
    if (violation) found.push({ seed, ...violation })
    if (violation && job.stops) break
  }
  return { job, found, counters, hashes }
}

/** What a person reads of one world. */
export async function tell(seed: number): Promise<World> {
  Error.stackTraceLimit = 20
  return runWorld(seed)
}

/** What a crew asks of a worker. */
export async function done(job: Job | SmallWorlds): Promise<Report | Searched> {
  return 'scenario' in job ? { ...job, explored: await explored(job.scenario, job.bounds) } : run(job)
}

parentPort?.on('message', async (job: Job | SmallWorlds) => parentPort?.postMessage(await done(job)))
