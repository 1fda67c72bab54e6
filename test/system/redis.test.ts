import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { redisStore } from 'authenticated-client/redis'
import { createClient, createClientPool, createSentinel } from 'redis'
import { describe, expect, it, onTestFinished } from 'vitest'
import { gatherCrew, processes } from '../processes/crew'
import { killRound, moments, plainRound, type Round, stopRound } from '../processes/rounds'
import { startTokenServer } from '../processes/token-server'
import { freePort } from '../support/free-port'

const rounds = Number(process.env.ROUNDS ?? 100)

describe.each(['redis', 'ioredis'] as const)('a fleet on Redis, by %s', (library) => {
  it(`${rounds} rounds of twelve processes: as many redemptions, no replay, every call served`, async () => {
    const { server, crew } = await start(library, 12)

    for (let round = 0; round < rounds; round++) expectServed(await plainRound(server, crew), 12)

    expect([server.redemptions, server.replays]).toEqual([rounds, 0])
  }, 240_000)

  it('keeps the session while Redis is away, and goes on when it is back', async () => {
    const { server, crew, redis } = await start(library, 3)
    await redis.stop()

    const away = await plainRound(server, crew)
    await redis.start()
    const back = await untilServed(() => plainRound(server, crew))

    expect(away.logouts).toEqual([])
    expect(away.replays).toBe(0)
    expect(back.logouts).toEqual([])
    expect(crew.members.flatMap((member) => member.logouts)).toEqual([])
  }, 120_000)

  it('waits while Redis is paused', async () => {
    const { server, crew, redis } = await start(library, 3)
    await redis.ask(['CLIENT', 'PAUSE', '1500', 'ALL'])

    expectServed(await plainRound(server, crew), 3)
  }, 60_000)

  it('takes an emptied Redis for a sign-out elsewhere: once, and nothing is written back', async () => {
    const { server, crew, redis } = await start(library, 3)
    await plainRound(server, crew)
    await redis.ask(['FLUSHALL'])

    const { answers } = await plainRound(server, crew)

    expect(answers.map((answer) => answer?.status)).toEqual([401, 401, 401])
    expect(crew.members.map((member) => member.logouts)).toEqual(Array(3).fill(['ended_elsewhere']))
    expect(await redis.ask(['DBSIZE'])).toBe(0)
  }, 60_000)
})

it('keeps a session for its time to live from its last write on, also where that wrote what was there', async () => {
  const redis = await startRedis()
  const client = await createClient({ url: `redis://127.0.0.1:${redis.port}` }).connect()
  onTestFinished(async () => {
    client.destroy()
    await redis.stop()
  })
  const tokens = { accessToken: 'access-1' }
  const store = redisStore(client, 'session', { timeToLive: 3_600_000 })
  await store.write(tokens, null)
  await client.pExpire('{session}:session', 60_000)

  expect(await store.write(tokens, tokens)).toBe(true)

  expect(await client.pTTL('{session}:session')).toBeGreaterThan(60_000)
})

it.each(['pool', 'sentinel'])('reads, writes and locks by a %s of node-redis, without hints', async (kind) => {
  const redis = await startRedis()
  onTestFinished(() => redis.stop())
  const client =
    kind === 'pool'
      ? createClientPool({ url: `redis://127.0.0.1:${redis.port}` })
      : createSentinel({ name: 'main', sentinelRootNodes: [{ host: '127.0.0.1', port: await startSentinel(redis.port) }] })
  await client.connect()
  onTestFinished(() => void client.destroy())
  const store = redisStore(client, 'session', { hints: false })

  const written = await store.write({ accessToken: 'access-1' }, null)
  const held = await store.lock?.hold('refresh', async () => store.read(), { waitTimeout: 1_000 })

  expect([written, held]).toEqual([true, { accessToken: 'access-1' }])
})

describe('a process that dies (kill -9) or stops (SIGSTOP) in the middle', () => {
  it.each(moments)(
    'killed %s: its lease runs out, and the others go on',
    async (moment) => {
      const { server, crew } = await start('redis', 4, 10_000)

      const round = await killRound(server, crew, moment)

      const isLost = moment === 'rotated-not-received' || moment === 'received-not-saved'
      expect(round.replays).toBe(isLost ? 1 : 0)
      expect(round.answers.filter(Boolean).map((answer) => answer?.status)).toEqual(Array(3).fill(200))
      expect(round.logouts).toEqual([])
    },
    60_000,
  )

  it.each(moments)(
    'stopped %s until its lease is lost, it adopts what the others have made of the session',
    async (moment) => {
      const { server, crew } = await start('redis', 4, 60_000)

      const { answers, logouts } = await stopRound(server, crew, moment, 'others are served')

      expect(answers.map((answer) => answer?.status)).toEqual(Array(4).fill(200))
      expect(logouts).toEqual([])
    },
    60_000,
  )
})

function expectServed({ answers, redemptions, replays, logouts }: Round, count: number): void {
  expect(answers).toEqual(Array(count).fill({ type: 'answer', status: 200 }))
  expect([redemptions, replays, logouts]).toEqual([1, 0, []])
}

async function untilServed(play: () => Promise<Round>): Promise<Round> {
  for (let round = 0; round < 20; round++) {
    const played = await play()
    if (played.answers.every((answer) => answer?.status === 200)) return played
    await new Promise((resolve) => setTimeout(resolve, 500)) // A cool-down is running.
  }
  throw new Error('The calls were never served again')
}

async function start(library: 'redis' | 'ioredis', count: number, overlap = 0) {
  const redis = await startRedis()
  const server = await startTokenServer(overlap)
  const crew = await gatherCrew(server, { kind: 'redis', library, port: redis.port, key: 'session', lease: 2_000 }, processes(count))
  onTestFinished(async () => {
    await crew.dismiss()
    await server.close()
    await redis.stop()
  })
  await crew.members[0]?.signIn(server.signIn())
  return { server, crew, redis }
}

/** Debian's redis-server on a free port, with a file of its own, so that it can be started again. */
async function startRedis() {
  const folder = await mkdtemp(join(tmpdir(), 'authenticated-client-redis-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const port = await freePort()
  let child: ChildProcess | undefined
  const begin = async (): Promise<void> => {
    child = spawn(
      'redis-server',
      ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes', '--appendfsync', 'always'],
      { stdio: 'ignore' },
    )
    await expect.poll(() => isListening(port), { timeout: 10_000, interval: 50 }).toBe(true)
  }
  await begin()
  return {
    port,
    start: begin,
    async stop() {
      const gone = child && new Promise((resolve) => child?.once('exit', resolve))
      child?.kill('SIGKILL')
      child = undefined
      await gone
    },
    async ask(command: readonly string[]): Promise<unknown> {
      const client = createClient({ url: `redis://127.0.0.1:${port}` })
      await client.connect()
      try {
        return await client.sendCommand([...command])
      } finally {
        client.destroy()
      }
    },
  }
}

/** One that watches the Redis on `port` as `main`, until the test is over. */
async function startSentinel(master: number): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'authenticated-client-sentinel-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const port = await freePort()
  await writeFile(join(folder, 'sentinel.conf'), `port ${port}\nsentinel monitor main 127.0.0.1 ${master} 1\n`)
  const child = spawn('redis-server', [join(folder, 'sentinel.conf'), '--sentinel'], { stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  await expect.poll(() => isListening(port), { timeout: 10_000, interval: 50 }).toBe(true)
  return port
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('close', () => socket.destroy())
    socket.once('connect', () => socket.destroy())
  })
}
