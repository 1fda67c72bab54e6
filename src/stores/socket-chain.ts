import { randomBytes } from 'node:crypto'
import { access, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { abortReason } from '../platform/abortable'
import type { Clock } from '../platform/clock'
import { codeOf, isLost, listen, visit } from './unix-socket'

/**
 * Holds a listening socket in a folder. The system closes it with its process or thread, so that connecting to it tells whether the
 * holder is alive, across containers too; one that is stopped still listens.
 *
 * A holder is a folder with its socket in it, made aside and moved to `place` when it listens: a folder can't be moved onto one that
 * holds something, so that one of many gets there. A dead holder's folder is never cleared away, since between seeing it dead and
 * removing it somebody else may have taken its place. Its successor moves *into* it instead, the next one into that, and whoever
 * holds the end of the chain takes the whole of it away when it leaves.
 *
 * Each socket has a name of its own. After moving in, a newcomer looks again: if every socket that it saw dead is still above it, and its
 * own is where it put it, nobody above it is alive, and nobody comes below it while it lives. Otherwise it begins anew.
 *
 * A crash loop would make a chain too long for any path. A dead chain of `longest` takes nobody in, so no living holder can be in it: it is
 * taken away whole, by one process at a time, under a lock of the same kind.
 */
export async function takeBySocket(place: string, clock: Clock, signal: AbortSignal): Promise<() => Promise<void>> {
  for (;;) {
    const { above, end } = await endOfChain(place, clock, signal)
    if (above.length === longest) {
      await takeAway(place, clock, signal)
      continue
    }
    const claim = await makeClaim(dirname(place))
    try {
      await moveIn(claim, above, end)
      if (above.length) await sweep(dirname(place), claim)
      return () => claim.leave(place)
    } catch (error) {
      await claim.withdraw()
      if (!isLost(error)) throw error
    }
    await clock.sleep(1 + clock.random() * 4, signal)
  }
}

/** Waits while a holder is alive; then gives the sockets that were found dead, and the place below them, where the next holder goes. */
async function endOfChain(place: string, clock: Clock, signal: AbortSignal): Promise<{ readonly above: string[]; readonly end: string }> {
  const above: string[] = []
  let end = place
  let turnedAway: string | undefined
  for (;;) {
    if (signal.aborted) throw abortReason(signal)
    const socket = above.length < longest && (await socketIn(end))
    if (!socket) return { above, end }
    const holder = await visit(socket, signal)
    if (holder === 'dead') {
      above.push(socket)
      end = join(end, below)
    } else {
      // Not the first time: its holder lets nobody wait, as it is stopped, or has no file descriptor left for a visitor. So look again
      // later, since no connection can tell when it is gone.
      if (socket === turnedAway) await clock.sleep(100 + clock.random() * 100, signal)
      turnedAway = socket
      above.length = 0
      end = place
    }
  }
}

/** Takes away a chain of the dead alone, unless somebody else just did. */
async function takeAway(place: string, clock: Clock, signal: AbortSignal): Promise<void> {
  const leave = await takeBySocket(`${place}-long`, clock, signal)
  try {
    const { above } = await endOfChain(place, clock, signal)
    if (above.length < longest) return
    const aside = join(dirname(place), `${asidePrefix}${newId()}`)
    await rename(place, aside)
    await rm(aside, { recursive: true, force: true }).catch(() => {})
  } finally {
    await leave()
  }
}

/** Settles once the place is ours alone (see above); rejects where somebody else was faster. */
async function moveIn(claim: Claim, above: readonly string[], end: string): Promise<void> {
  await claim.listen()
  await rename(claim.folder, end)
  for (const socket of above) await access(socket)
  await access(join(end, claim.name))
}

interface Claim {
  readonly folder: string
  readonly name: string
  listen(): Promise<void>
  /** Stops listening, and removes the folder if it is still aside. One that was moved in stays: another's may be below it by now. */
  withdraw(): Promise<void>
  leave(place: string): Promise<void>
}

async function makeClaim(folder: string): Promise<Claim> {
  const id = newId()
  const aside = join(folder, `${asidePrefix}${id}`)
  const name = `${socketPrefix}${id}`
  await mkdir(aside, { recursive: true, mode: 0o700 })
  const visitors = new Set<Socket>()
  const server = createServer((visitor) => {
    visitors.add(visitor)
    visitor.on('error', () => {}).on('close', () => visitors.delete(visitor))
    visitor.unref()
  })
  const close = (): void => {
    server.close()
    for (const visitor of visitors) visitor.destroy()
  }
  const withdraw = async (): Promise<void> => {
    close()
    await rm(aside, { recursive: true, force: true }).catch(() => {})
  }
  return {
    folder: aside,
    name,
    withdraw,
    async listen() {
      await listen(server, join(aside, name)).catch(async (error) => {
        await access(aside) // Where it was swept away, ENOENT says so; libuv's own error would be EACCES.
        throw error
      })
    },
    async leave(place) {
      // Where this fails, the closed socket tells that nobody is there.
      await rename(place, aside).catch(() => {})
      await withdraw()
    },
  }
}

/** Removes unfinished claims of the dead. A living process that loses one to this begins anew. */
async function sweep(folder: string, own: Claim): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const aside = join(folder, name)
    if (!name.startsWith(asidePrefix) || aside === own.folder) continue
    const socket = await socketIn(aside).catch(() => undefined)
    const isAlive = socket !== undefined && (await visit(socket, AbortSignal.abort(0)).catch(() => 'left')) !== 'dead'
    if (!isAlive) await rm(aside, { recursive: true, force: true }).catch(() => {})
  }
}

async function socketIn(folder: string): Promise<string | undefined> {
  try {
    const name = (await readdir(folder)).find((entry) => entry.startsWith(socketPrefix))
    return name && join(folder, name)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

function newId(): string {
  return randomBytes(9).toString('base64url')
}

const asidePrefix = 'aside-'
const socketPrefix = 's-'
const below = 'n'
const longest = 32
