import type { Contestant } from '../contestant.ts'
import { grouped, type Measure } from '../measure.ts'
import { interleave, type Runner } from '../rounds.ts'
import { type Sockets, withSockets } from '../sockets.ts'
import { inWords, ratio, spreadOf } from '../spread.ts'

const together = 20

/** Calls a second over loopback sockets, twenty at a time, by those of bare fetch. */
export const throughput: Measure = {
  name: 'throughput',
  async run({ all, ours, theInterceptor, bareFetch, peers, isQuick, progress }) {
    const calls = isQuick ? 100 : 200
    const times = await withSockets(async (sockets) => {
      const runners = await Promise.all(all.map((contestant) => runner(contestant, sockets, calls)))
      return interleave(runners, isQuick ? 30 : 60, 1, (done) => progress(`throughput: ${Math.round(done * 100)} %`))
    })
    const by = (name: string) => ratio(times, bareFetch.name, name)
    const rows = all.map(({ name }) => [name, ((calls * 1e6) / spreadOf(times[name]!).median).toFixed(0), inWords(by(name))])
    const what = 'throughput on a loopback socket, by that of bare fetch'
    return {
      tables: [[['throughput on a loopback socket', 'calls a second', '÷ bare fetch'], ...rows]],
      rows: [
        {
          what,
          goal: '≥ 0.97',
          ours: inWords(by(ours.name)),
          theInterceptor: inWords(by(theInterceptor.name)),
          peers: grouped(peers.map(({ name }) => [name, by(name).median.toFixed(2)])),
        },
      ],
      verdicts: [{ what, measured: by(ours.name).median, is: 'at least', goal: 0.97, gate: 0.75 }],
    }
  },
}

async function runner({ name, server, start }: Contestant, sockets: Sockets, calls: number): Promise<Runner> {
  const app = start(await sockets.open(server))
  return {
    name,
    async run() {
      let left = calls
      const lane = async (): Promise<void> => {
        while (left-- > 0) await app.get()
      }
      await Promise.all(Array.from({ length: together }, lane))
    },
  }
}
