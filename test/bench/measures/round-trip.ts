import type { Contestant } from '../contestant.ts'
import type { Field, Measure, Result } from '../measure.ts'
import { interleave, type Runner, type Times } from '../rounds.ts'
import { type Sockets, withSockets } from '../sockets.ts'
import { inWords, ratio, spreadOf } from '../spread.ts'
import { stub } from '../stub.ts'

/** 401, refresh, replay: every access token is good for one call, so that each call after the first is refused once. */
export const roundTrip: Measure = {
  name: 'round-trip',
  async run(field) {
    const onStub = field.all.map((contestant) => runner(contestant, stub({ ...contestant.server, uses: 1 })))
    const stubbed = await measure(field, 'on a stub', onStub, 20, { goal: 1.1, gate: 10 })
    const wired = await withSockets(async (sockets) => {
      const onSockets = await Promise.all(field.all.map((contestant) => onSocket(contestant, sockets)))
      return measure(field, 'on a loopback socket', onSockets, 5, { goal: 1.1, gate: 2.2 })
    })
    return {
      tables: [...stubbed.tables, ...wired.tables],
      rows: [
        {
          what: "time of 401, refresh, replay, by the interceptor's: on a stub; on a loopback socket",
          goal: '≤ 1.1',
          ours: `${stubbed.rows[0]!.ours}; ${wired.rows[0]!.ours}`,
          theInterceptor: '1; 1',
          peers: stubbed.rows[0]!.peers,
        },
      ],
      verdicts: [...stubbed.verdicts, ...wired.verdicts],
    }
  },
}

function runner({ name, start }: Contestant, place: Parameters<Contestant['start']>[0]): Runner {
  const app = start(place)
  return { name, run: () => app.get() }
}

async function onSocket(contestant: Contestant, sockets: Sockets): Promise<Runner> {
  return runner(contestant, await sockets.open({ ...contestant.server, uses: 1 }))
}

async function measure(
  { all, ours, peers, theInterceptor, bareFetch, isQuick, progress }: Field,
  where: string,
  runners: readonly Runner[],
  runs: number,
  bounds: { readonly goal: number; readonly gate: number },
): Promise<Result> {
  const title = `401, refresh, replay, ${where}`
  for (const { run } of runners) await run() // The one call of the first access token.
  const times: Times = await interleave(runners, isQuick ? 40 : 150, runs, (done) => progress(`${title}: ${Math.round(done * 100)} %`))
  const by = (name: string) => ratio(times, name, theInterceptor.name)
  const rows = all.map(({ name }) => [
    name,
    spreadOf(times[name]!).median.toFixed(0),
    inWords(ratio(times, name, bareFetch.name)),
    inWords(by(name)),
  ])
  const what = `${title}: time, by the interceptor's`
  return {
    tables: [[[title, 'µs', '÷ bare fetch', '÷ the interceptor'], ...rows]],
    rows: [
      {
        what,
        goal: `≤ ${bounds.goal}`,
        ours: inWords(by(ours.name)),
        theInterceptor: '1',
        peers: peers.map(({ name }) => `${name} ${by(name).median.toFixed(1)}`).join(', '),
      },
    ],
    verdicts: [{ what, measured: by(ours.name).median, is: 'at most', ...bounds }],
  }
}
