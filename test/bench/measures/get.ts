import type { Ask } from '../contestant.ts'
import type { Field, Measure, Result } from '../measure.ts'
import { interleave } from '../rounds.ts'
import { inWords, overhead, overheadRatio, spreadOf } from '../spread.ts'
import { stub } from '../stub.ts'

const withHeaders: Ask = { headers: { accept: 'application/json', 'x-request-id': '7' } }

/** A successful GET on the stub: what a client adds to bare fetch, by what the interceptor adds. */
export const get: Measure = {
  name: 'get',
  async run(field) {
    const plain = await measure(field, 'a GET on a stub', undefined, { goal: 0.5, gate: 1 })
    const own = await measure(field, "a GET with the caller's headers", withHeaders, { goal: 1, gate: 2 })
    return {
      tables: [...plain.tables, ...own.tables],
      rows: [
        {
          what: "what is added to a GET on a stub, as a multiple of what the interceptor adds; with the caller's headers",
          goal: '≤ 0.5; ≤ 1',
          ours: `${plain.rows[0]!.ours}; ${own.rows[0]!.ours}`,
          theInterceptor: '1; 1',
          peers: plain.rows[0]!.peers,
        },
      ],
      verdicts: [...plain.verdicts, ...own.verdicts],
    }
  },
}

async function measure(
  { all, ours, theInterceptor, bareFetch, peers, isQuick, progress }: Field,
  title: string,
  ask: Ask | undefined,
  bounds: { readonly goal: number; readonly gate: number },
): Promise<Result> {
  // Each has servers of its own, so that none profits from what another refreshed.
  const runners = all.map(({ name, server, start }) => {
    const app = start(stub(server))
    return { name, run: () => app.get(ask) }
  })
  const times = await interleave(runners, isQuick ? 100 : 200, 100, (done) => progress(`${title}: ${Math.round(done * 100)} %`))
  const by = (name: string) => overheadRatio(times, name, theInterceptor.name, bareFetch.name)
  const rows = all.map(({ name }) => [
    name,
    spreadOf(times[name]!).median.toFixed(1),
    name === bareFetch.name ? '' : inWords(spreadOf(overhead(times, name, bareFetch.name))),
    name === bareFetch.name ? '' : inWords(by(name)),
  ])
  const what = `${title}: what is added, as a multiple of what the interceptor adds`
  return {
    tables: [[[title, 'µs', 'µs that it adds', '÷ what the interceptor adds'], ...rows]],
    rows: [
      {
        what,
        goal: `≤ ${bounds.goal}`,
        ours: inWords(by(ours.name)),
        theInterceptor: '1',
        peers: peers.map(({ name }) => `${name} ${short(by(name).median)}`).join(', '),
      },
    ],
    verdicts: [{ what, measured: by(ours.name).median, is: 'at most', ...bounds }],
  }
}

function short(value: number): string {
  return value >= 10 ? value.toFixed(0) : value.toFixed(1)
}
