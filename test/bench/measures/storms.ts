import { setTimeout as sleep } from 'node:timers/promises'
import type { Contestant, Place } from '../contestant.ts'
import { grouped, type Measure } from '../measure.ts'
import type { Counters, ServerOptions } from '../servers.ts'
import { fetchThrough, type Sockets, withSockets } from '../sockets.ts'
import { stub } from '../stub.ts'

/** All calls begin with an access token that has just been refused for the first time. */
interface Storm {
  readonly name: string
  readonly server: (calls: number) => ServerOptions
  readonly sockets?: number
}

const storms: readonly Storm[] = [
  { name: 'all at once', server: () => ({ latency: 2, tokenLatency: 20 }) },
  { name: 'through 6 sockets', sockets: 6, server: () => ({ tokenLatency: 20 }) },
  // The refresh is over when the second batch comes.
  { name: 'stale 401s in late batches', server: (calls) => ({ tokenLatency: 5, batches: { size: calls / 10, every: 50 } }) },
  {
    name: 'the same, each rotation refuses the last access token',
    server: (calls) => ({ tokenLatency: 5, kills: true, batches: { size: calls / 10, every: 50 } }),
  },
]

interface Outcome extends Counters {
  readonly answered: number
  readonly logouts: number
  readonly seconds: number
}

/** A storm is about being right first: one token request, every call answered, no logout. The servers count. */
export const storm: Measure = {
  name: 'storms',
  async run({ all, ours, theInterceptor, bareFetch, peers, isQuick, progress }) {
    const calls = isQuick ? 1_000 : 10_000
    const weathered = new Map<string, number>(all.map(({ name }) => [name, 0]))
    const tables: string[][][] = []
    await withSockets(async (sockets) => {
      for (const each of storms) {
        const table = [[`${calls} calls, ${each.name}`, 'token requests', 'spent refresh tokens', 'answered 200', 'logouts', 's']]
        for (const contestant of all.filter((one) => one !== bareFetch)) {
          progress(`storms: ${each.name}, ${contestant.name}`)
          const outcome = await weather(each, contestant, calls, sockets)
          const { tokenRequests, spent, answered, logouts, seconds } = outcome
          table.push([contestant.name, ...[tokenRequests, spent, answered, logouts].map(String), seconds.toFixed(1)])
          if (tokenRequests === 1 && answered === calls && logouts === 0)
            weathered.set(contestant.name, (weathered.get(contestant.name) ?? 0) + 1)
        }
        tables.push(table)
      }
    })
    const of = ({ name }: Contestant): string => `${weathered.get(name)} of ${storms.length}`
    const what = `storms of ${calls} calls with one token request, every call answered, no logout`
    return {
      tables,
      rows: [
        {
          what,
          goal: `${storms.length} of ${storms.length}`,
          ours: of(ours),
          theInterceptor: of(theInterceptor),
          peers: grouped(peers.map((peer) => [peer.name, of(peer)])),
        },
      ],
      verdicts: [{ what, measured: weathered.get(ours.name) ?? 0, is: 'at least', goal: storms.length, gate: storms.length }],
    }
  },
}

async function weather(each: Storm, contestant: Contestant, calls: number, sockets: Sockets): Promise<Outcome> {
  const options = { ...each.server(calls), ...contestant.server }
  if (!each.sockets) {
    const place = stub(options)
    place.servers.expire()
    const { rest: _, ...outcome } = await callAll(contestant, place, calls)
    return { ...outcome, ...place.servers.counters }
  }
  const place = await sockets.open(options, await fetchThrough(each.sockets))
  await place.expire()
  const { rest, ...outcome } = await callAll(contestant, place, calls)
  const counters = await place.counters()
  await place.close()
  // Who was too late must not be in the way of the next.
  await Promise.race([rest, sleep(30_000, undefined, { ref: false })])
  return { ...outcome, ...counters }
}

async function callAll(
  contestant: Contestant,
  place: Place,
  calls: number,
): Promise<Omit<Outcome, keyof Counters> & { readonly rest: Promise<unknown> }> {
  const app = contestant.start(place)
  const began = performance.now()
  let answered = 0
  const rest = Promise.allSettled(
    Array.from({ length: calls }, async () => {
      await app.get()
      answered++
    }),
  )
  await Promise.race([rest, sleep(60_000, undefined, { ref: false })])
  return { rest, answered, logouts: app.logouts(), seconds: (performance.now() - began) / 1000 }
}
