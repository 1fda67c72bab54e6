import { parentPort, workerData } from 'node:worker_threads'
import { AuthenticatedClient, type Lock, type TokenStore } from 'authenticated-client'
import { fileStore } from 'authenticated-client/node'
import { redisStore } from 'authenticated-client/redis'
import type { Assignment, Order, Place, Point, Report } from './protocol'

// One of many that share a session: a process, a worker thread or a cluster worker. It does what it is told, and stops where it is told.
const assignment: Assignment = JSON.parse(workerData ?? process.env.ASSIGNMENT ?? '')
const report = (report: Report): void => void (parentPort ? parentPort.postMessage(report) : process.send?.(report))
let armed: Point | undefined
let go = (): void => {}

const { store, leave } = await open(assignment.place)
const client = new AuthenticatedClient({
  tokenEndpoint: assignment.tokenEndpoint,
  clientId: 'member',
  allowedOrigins: [new URL(assignment.api).origin],
  refreshBudget: false,
  refreshTimeout: assignment.refreshTimeout ?? 10_000,
  store: { ...store, coordination: store.coordination, lock: watched(store.lock as Lock), write: watchedWrite },
  fetch: (input, init) => {
    const headers = new Headers(init?.headers)
    headers.set('X-Member', assignment.name)
    return fetch(input, { ...init, headers })
  },
  onLogout: ({ reason }) => report({ type: 'logout', reason }),
})

async function obey(order: Order): Promise<void> {
  if (order.type === 'arm') armed = order.point
  else if (order.type === 'go') go()
  else if (order.type === 'call') {
    try {
      const { status } = await client.fetch(assignment.api)
      report({ type: 'answer', status })
    } catch (error) {
      report({ type: 'answer', error: nameOf(error) })
    }
  } else if (order.type === 'sign-in') {
    const error = await client.setTokens(order.tokens).catch(nameOf)
    report({ type: 'signed-in', ...(error && { error }) })
  } else {
    client.dispose()
    await leave()
    parentPort?.close()
    process.disconnect?.()
  }
}

if (parentPort) parentPort.on('message', obey)
else process.on('message', obey)
report({ type: 'ready' })

async function pass(point: Point): Promise<void> {
  const stops = armed === point
  const gone = stops && new Promise<void>((resolve) => (go = resolve))
  report({ type: 'at', point, stops })
  await gone
}

function watched(lock: Lock): Lock {
  return {
    async hold(name, task, options) {
      await pass('waiting')
      return lock.hold(
        name,
        async (lost) => {
          await pass('locked')
          return task(lost)
        },
        options,
      )
    },
  }
}

async function watchedWrite(...swap: Parameters<TokenStore['write']>): Promise<boolean> {
  await pass('received-not-saved')
  const isTaken = await store.write(...swap)
  await pass('saved-not-released')
  return isTaken
}

async function open(place: Place): Promise<{ readonly store: TokenStore; leave(): Promise<unknown> }> {
  if (place.kind === 'file') return { store: fileStore(place.path), leave: async () => {} }
  const url = `redis://127.0.0.1:${place.port}`
  const options = place.lease === undefined ? {} : { lease: place.lease }
  if (place.library === 'redis') {
    const { createClient } = await import('redis')
    const redis = createClient({ url })
    redis.on('error', () => {})
    await redis.connect()
    return { store: redisStore(redis, place.key, options), leave: () => redis.close() }
  }
  const { Redis } = await import('ioredis')
  const redis = new Redis(url)
  redis.on('error', () => {})
  return { store: redisStore(redis, place.key, options), leave: () => redis.quit() }
}

function nameOf(error: unknown): string {
  const { name, message, cause } = Object(error)
  return `${name}: ${message}${cause ? ` (${nameOf(cause)})` : ''}`
}
