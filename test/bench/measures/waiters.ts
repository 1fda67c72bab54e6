import { getEventListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Contestant } from '../contestant.ts'
import { grouped, type Measure } from '../measure.ts'
import { garbageCollector } from '../rounds.ts'
import { stub } from '../stub.ts'

interface Outcome {
  readonly rejected: number
  /** Until the last of them was rejected, in milliseconds. */
  readonly milliseconds: number
  readonly listeners: number
  /** Of the heap, by one waiter, once the refresh is over. */
  readonly bytes: number
  readonly tokenRequests: number
  /** The next call, once the token endpoint answers after all, was served. */
  readonly recovered: boolean
}

/** Callers who wait for a refresh that hangs, and leave: at once, and nothing of them stays. */
export const waiters: Measure = {
  name: 'waiters',
  async run({ all, ours, theInterceptor, bareFetch, peers, progress }) {
    const count = 10_000
    const outcomes = new Map<string, Outcome>()
    for (const contestant of all.filter((one) => one !== bareFetch)) {
      progress(`waiters: ${contestant.name}`)
      await leave(contestant, 100) // What is made for the first time stays for good.
      outcomes.set(contestant.name, await leave(contestant, count))
    }
    const cells = ({ rejected, milliseconds, listeners, bytes, tokenRequests, recovered }: Outcome): string[] => [
      ...[rejected, rejected ? milliseconds.toFixed(0) : '–', listeners, bytes.toFixed(0), tokenRequests].map(String),
      recovered ? 'yes' : 'no',
    ]
    const of = ({ name }: Contestant): string => `${outcomes.get(name)!.rejected}`
    const own = outcomes.get(ours.name)!
    const what = `of ${count} waiters aborted during a hanging refresh, rejected within a second`
    return {
      tables: [
        [
          [
            `${count} waiters leave a hanging refresh`,
            'rejected in 1 s',
            'ms',
            'listeners left',
            'bytes left each',
            'token requests',
            'next call works',
          ],
          ...[...outcomes].map(([name, outcome]) => [name, ...cells(outcome)]),
        ],
      ],
      rows: [
        {
          what,
          goal: 'all',
          ours: of(ours),
          theInterceptor: of(theInterceptor),
          peers: grouped(peers.map((peer) => [peer.name, of(peer)])),
        },
      ],
      verdicts: [
        { what, measured: own.rejected, is: 'at least', goal: count, gate: count },
        { what: 'and the milliseconds until the last was', measured: own.milliseconds, is: 'at most', goal: 500, gate: 1_000 },
        { what: 'listeners that they leave on their signals', measured: own.listeners, is: 'at most', goal: 0, gate: 0 },
        { what: 'bytes that each leaves', measured: own.bytes, is: 'at most', goal: 100, gate: 200 },
        { what: 'token requests of all of them and of the next call', measured: own.tokenRequests, is: 'at most', goal: 1, gate: 1 },
        { what: 'the next call works (1: yes)', measured: Number(own.recovered), is: 'at least', goal: 1, gate: 1 },
      ],
    }
  },
}

async function leave(contestant: Contestant, count: number): Promise<Outcome> {
  const place = stub({ tokenLatency: Number.POSITIVE_INFINITY, ...contestant.server }, { makesRequests: false })
  const app = contestant.start(place)
  await app.get()
  place.servers.expire()
  const before = heap()
  let controllers = Array.from({ length: count }, () => new AbortController())
  let rejected = 0
  let last = performance.now()
  for (const { signal } of controllers) {
    app.get({ signal }).then(
      () => {},
      () => {
        rejected++
        last = performance.now()
      },
    )
  }
  while (place.servers.counters.refused < count) await sleep(10)
  await sleep(200) // All have met the refresh by now.

  const began = performance.now()
  rejected = 0
  for (const controller of controllers) controller.abort()
  for (let look = 0; look < 100 && rejected < count; look++) await sleep(10)
  const outcome = { rejected, milliseconds: last - began }
  const listeners = controllers.reduce((sum, { signal }) => sum + getEventListeners(signal, 'abort').length, 0)

  place.release()
  await sleep(50)
  const recovered = await Promise.race([app.get().then(Boolean, () => false), sleep(2_000, false)])
  controllers = []
  await sleep(50)
  const bytes = Math.max(0, heap() - before) / count
  return { ...outcome, listeners, bytes, tokenRequests: place.servers.counters.tokenRequests, recovered }
}

const collect = garbageCollector()

function heap(): number {
  collect()
  collect()
  return process.memoryUsage().heapUsed
}
