/** The part of a client of node-redis (`redis`, 4 or later; also a cluster's, a pool's or a sentinel's) that is used. */
export interface NodeRedisClient {
  /** `EVAL`: the scripts that read, write and lock. */
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  /** Never called: having it tells a client of node-redis 4 or later. */
  evalSha(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  /** Makes the connection that hints come by. A pool and a sentinel have none: they need `hints: false`. */
  duplicate?(): unknown
}

/** The part of a client of ioredis (5 or later; also a `Cluster`) that is used. */
export interface IoredisClient {
  /** `EVAL`: the scripts that read, write and lock. */
  eval(script: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>
  /** Never called: having it tells a client of ioredis. */
  defineCommand(name: string, definition: { lua: string }): void
  /** Makes the connection that hints come by. */
  duplicate(): unknown
}

/** A connection of ours to Redis, whichever library it is from. */
export interface RedisConnection {
  /** Runs a script on the master that holds `key`: a read too, since a replica may be behind. Its errors quote nothing that was sent. */
  run(script: string, key: string, ...values: string[]): Promise<unknown>
  /**
   * Hears a channel on a connection of its own. `hear(undefined)`: messages may have been missed. That is after each connect, but with a
   * cluster after the first one only, since neither library tells of later ones. Returns how to close it.
   */
  listen(channel: string, hear: (message: string | undefined) => void): () => void
}

/**
 * @param hears whether `listen` will be called.
 * @throws {TypeError} for what is neither, or can't do that.
 */
export function redisConnection(client: NodeRedisClient | IoredisClient, hears = true): RedisConnection {
  if (typeof client?.eval !== 'function' || !('defineCommand' in client || typeof client.evalSha === 'function')) {
    throw new TypeError('`client` must be a client of redis (node-redis) or of ioredis: createClient(), createCluster(), new Redis()')
  }
  if (hears && typeof client.duplicate !== 'function') {
    throw new TypeError('`client` has no duplicate() to hear hints by, like a pool or a sentinel of node-redis: pass `{ hints: false }`')
  }
  if ('defineCommand' in client) {
    return {
      run: (script, key, ...values) => withoutArguments(() => client.eval(script, 1, key, ...values)),
      listen(channel, hear) {
        const listener = client.duplicate() as IoredisListener
        listener.on('error', ignore)
        const subscribe = (): Promise<unknown> => listener.subscribe(channel).catch(ignore)
        // Again when it is ready: without an offline queue, what comes before is refused.
        listener.on('ready', () => subscribe().then(() => hear(undefined)))
        listener.on('message', (_channel, message) => hear(message))
        void subscribe() // Connects one that is lazy.
        return () => listener.disconnect()
      },
    }
  }
  return {
    run: (script, key, ...values) => withoutArguments(() => client.eval(script, { keys: [key], arguments: values })),
    listen(channel, hear) {
      const listener = client.duplicate?.() as NodeRedisListener
      let isConnected = false
      let isOver = false
      const close = (): void => void hangUp(listener).catch(ignore)
      const tell = (): void => (isOver ? close() : hear(undefined))
      const subscribe = async (): Promise<void> => {
        await listener.connect()
        isConnected = true
        if (!isOver) await listener.subscribe(channel, hear)
        tell() // What was written between `ready` and the subscription nobody has told.
      }
      listener.on('error', () => isOver && close())
      listener.on('ready', tell)
      subscribe().catch(ignore)
      return () => {
        isOver = true
        // One that is closed while it connects would stay open for ever: it is closed when that has succeeded or failed.
        if (isConnected && listener.isReady !== false) close()
      }
    },
  }
}

interface Listener {
  on(event: string, listener: (...values: string[]) => void): unknown
}

interface IoredisListener extends Listener {
  subscribe(channel: string): Promise<unknown>
  disconnect(): void
}

interface NodeRedisListener extends Listener {
  /** A cluster's has none. */
  readonly isReady?: boolean
  connect(): Promise<unknown>
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>
  /** In 5 and later. It fails where the connection has been given up already, and so does `disconnect`. */
  destroy?(): void
  disconnect(): Promise<unknown>
}

async function hangUp(listener: NodeRedisListener): Promise<unknown> {
  return listener.destroy ? listener.destroy() : listener.disconnect()
}

// ioredis keeps the command's arguments on its errors, and a server that has no EVAL quotes them: they are the tokens.
async function withoutArguments(ask: () => Promise<unknown>): Promise<unknown> {
  try {
    return await ask() // A client may throw at once, too.
  } catch (error) {
    const { name, message, code } = Object(error)
    const text = String(message).split(', with args beginning')[0]
    throw Object.assign(new Error(text), { name: String(name) }, typeof code === 'string' && { code })
  }
}

function ignore(): void {}
