import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { LockTimeoutError } from '../errors/lock-timeout-error'
import { abortReason } from '../platform/abortable'
import { type Clock, systemClock } from '../platform/clock'
import { takeByOpening } from './exclusive-file'
import { limitWait } from './limit-wait'
import { localLock } from './local-lock'
import type { HoldOptions, Lock } from './lock'
import { takeBySocket } from './socket-chain'

/**
 * Waits until `place` is ours alone on this machine, and returns how to give it back.
 * Rejects soon after `signal` aborts; then, and where the system refuses, it holds nothing.
 */
export type Take = (place: string, clock: Clock, signal: AbortSignal) => Promise<() => Promise<void>>

/**
 * A lock for every process, worker thread and cluster worker of this machine, kept in a folder. The system frees it when its holder
 * is gone, killed or not; a holder that is stopped (SIGSTOP, a debugger) is alive and keeps it (F57). It is never stolen, so `lost`
 * never aborts. Where it can't be taken at all it rejects with `LockTimeoutError` and the `cause`: nobody goes on without it.
 * @param folder made where it is missing, for this user alone.
 * @param clock bounds the wait. Default: the system's.
 */
export function machineLock(folder: string, clock: Clock = systemClock): Lock {
  const local = localLock(clock)
  return {
    hold(name, task, options) {
      const deadline = clock.now() + options.waitTimeout
      // Of this process and object one at a time asks the system, first come, first served.
      return local.hold(
        name,
        async (never) => {
          // One wait in two parts; a wall clock that was set back must not prolong it.
          const waitTimeout = Math.min(options.waitTimeout, deadline - clock.now())
          const release = await take(folder, name, { signal: options.signal, waitTimeout }, clock)
          try {
            return await task(never)
          } finally {
            await release()
          }
        },
        options,
      )
    },
  }
}

async function take(folder: string, name: string, options: HoldOptions, clock: Clock): Promise<() => Promise<void>> {
  const waiting = new AbortController()
  const { signal } = waiting
  const stop = limitWait(options, clock, (reason) => waiting.abort(reason))
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const release = await waysToTake()(join(folder, placeOf(name)), clock, signal)
    if (!signal.aborted) return release
    await release()
    throw abortReason(signal)
  } catch (cause) {
    throw signal.aborted ? abortReason(signal) : new LockTimeoutError({ cause })
  } finally {
    stop()
  }
}

/** Linux has no lock that `open` takes, and the others have sockets that can't be told dead from busy. */
function waysToTake(): Take {
  return /^(darwin|win32|(free|open|net)bsd)$/.test(process.platform) ? takeByOpening : takeBySocket
}

// Of the name and of this start of the system: what is left from before a restart is dead, and on a network file system each machine
// has places of its own, since none can see whether another one's holder lives.
function placeOf(name: string): string {
  return createHash('sha256')
    .update(JSON.stringify([name, bootId()]))
    .digest('hex')
    .slice(0, 16)
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')
  } catch {
    return '' // Not Linux.
  }
}
