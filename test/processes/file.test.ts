import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Crew, gatherCrew, type Kind, processes } from './crew'
import { killRound, moments, plainRound, type Round, stopRound } from './rounds'
import { startTokenServer } from './token-server'

const rounds = Number(process.env.ROUNDS ?? 100)

describe('one file, twelve processes', () => {
  it(`${rounds} rounds: as many redemptions, no replay, every call served (F57)`, async () => {
    const { server, crew } = await start(processes(12))

    for (let round = 0; round < rounds; round++) expectServed(await plainRound(server, crew), 12)

    expect([server.redemptions, server.replays]).toEqual([rounds, 0])
  }, 240_000)
})

describe('one file, and a process that dies (kill -9) or stops (SIGSTOP) in the middle', () => {
  it.each(moments)(
    'killed %s: one redemption, and a new process is not kept waiting (F31, F51, F57)',
    async (moment) => {
      const { server, crew } = await start(processes(4), 10_000)

      const round = await killRound(server, crew, moment)
      const after = await plainRound(server, crew)

      // Only where the rotated pair died with its process the next one presents the old token again; inside the overlap that is served.
      const isLost = moment === 'rotated-not-received' || moment === 'received-not-saved'
      expect(round.replays).toBe(isLost ? 1 : 0)
      expect(round.redemptions).toBeLessThanOrEqual(1)
      expect(round.answers.filter(Boolean).map((answer) => answer?.status)).toEqual(Array(3).fill(200))
      expect(round.logouts).toEqual([])
      if (!isLost) expect(round.recovery).toBeLessThan(10_000)
      expectServed(after, 4)
    },
    60_000,
  )

  it.each(moments)(
    'stopped %s and set going again: the lock is not taken from it (F52, F57)',
    async (moment) => {
      const { server, crew } = await start(processes(4), 10_000)

      const round = await stopRound(server, crew, moment, 'others wait')

      expectServed(round, 4)
    },
    60_000,
  )
})

it('worker threads, cluster workers and processes share one file alike (F58)', async () => {
  const kinds: readonly Kind[] = ['thread', 'thread', 'cluster worker', 'cluster worker', 'process', 'process']
  const { server, crew } = await start(kinds)

  for (let round = 0; round < 10; round++) expectServed(await plainRound(server, crew), 6)

  expect([server.redemptions, server.replays]).toEqual([10, 0])
}, 60_000)

describe('a rotation whose answer is lost (F4, F31)', () => {
  it('is survived inside an overlap window', async () => {
    const { server, crew } = await start(processes(2), 10_000)
    server.loseNextAnswer()

    const { answers, redemptions, replays, logouts } = await plainRound(server, crew)

    expect(answers.map((answer) => answer?.status)).toEqual([200, 200])
    expect([redemptions, replays, logouts]).toEqual([1, 1, []])
  }, 60_000)

  it('ends in one clean logout for each on a strict server', async () => {
    const { server, crew } = await start(processes(2), 0)
    server.loseNextAnswer()

    const { answers, replays, logouts } = await plainRound(server, crew)

    expect(answers.map((answer) => answer?.status)).toEqual([401, 401])
    expect(replays).toBe(1)
    expect([...logouts].sort()[0]).toMatch(/ended_elsewhere|refresh_rejected/)
    expect(crew.members.every((member) => member.logouts.length <= 1)).toBe(true)
  }, 60_000)
})

function expectServed({ answers, redemptions, replays, logouts }: Round, count: number): void {
  expect(answers).toEqual(Array(count).fill({ type: 'answer', status: 200 }))
  expect([redemptions, replays, logouts]).toEqual([1, 0, []])
}

async function start(kinds: readonly Kind[], overlap = 0) {
  const folder = await mkdtemp(join(tmpdir(), 'authenticated-client-processes-'))
  const server = await startTokenServer(overlap)
  const crew: Crew = await gatherCrew(server, { kind: 'file', path: join(folder, 'session.json') }, kinds)
  onTestFinished(async () => {
    await crew.dismiss()
    await server.close()
    await rm(folder, { recursive: true, force: true })
  })
  await crew.members[0]?.signIn(server.signIn())
  return { server, crew }
}
