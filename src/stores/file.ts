import { type FSWatcher, mkdirSync, readFileSync, readlinkSync, realpathSync, statSync, watch } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { LockTimeoutError } from '../errors/lock-timeout-error'
import { StorageError } from '../errors/storage-error'
import { type StoredSession, sameTokens } from '../tokens/token-set'
import { hints } from './hints'
import { machineLock } from './machine-lock'
import { decodeRecord, encodeRecord } from './record'
import { removeFile, replaceFile } from './replace-file'
import { storageFailed } from './storage-access'
import type { TokenStore } from './token-store'

/** Options of `fileStore`. */
export interface FileStoreOptions {
  /**
   * Whether clients hear of what other processes write, by a watcher on the file's folder; if the folder is removed and made again,
   * they hear nothing more. Turn it off where watchers are scarce, where one folder has a file for each of many users (a write wakes all
   * their watchers), or on a network file system, which reports no changes: others' changes are then seen at the next read. Deno's watcher
   * keeps the process running until `dispose()`.
   * @default true
   */
  readonly hints?: boolean | undefined
}

/**
 * Keeps the session in a file, as JSON, for every process, worker thread and cluster worker of this machine; a symbolic link is
 * followed. The file can be read and written by its user alone (0600; on Windows by whoever may read the folder), is replaced whole and
 * is on the disk when a write settles. Folders that are missing are made. Beside it, in `<path>.lock`, is what the processes exclude each
 * other by. That folder stays, empty, when the session is gone: where many come and go, remove those while none of the processes runs.
 * Not for several machines on a network file system: each of them would refresh for itself.
 * @throws {TypeError} without a path. `read` and `write` throw `StorageError`: the disk failed, somebody else's write has not settled
 * within 10 seconds, or the file holds what this package did not write, which is never overwritten.
 */
export function fileStore(path: string, options: FileStoreOptions = {}): TokenStore {
  if (typeof path !== 'string' || !path) {
    throw new TypeError("`path` must name a file: such as join(homedir(), '.my-app', 'session.json')")
  }
  const file = realPath(resolve(path))
  const [subscribe, hint] = hints()
  const lock = machineLock(`${file}.lock`)
  // Taken by a name that no refresh has: a write never waits for the network.
  const writes = machineLock(`${file}.lock`)
  let subscriptions = 0
  let watcher: FSWatcher | undefined
  let seen: string | undefined

  const read = (): StoredSession | null => {
    let text: string
    try {
      // Some 20 µs; a promise would cost each call several turns of the event loop.
      text = readFileSync(file, 'utf8')
    } catch (cause) {
      if (codeOf(cause) === 'ENOENT') return null
      throw storageFailed(file, cause)
    }
    return decodeRecord(text, file)
  }

  const swap = async (next: StoredSession | null, expected: StoredSession | null): Promise<boolean> => {
    if (!sameTokens(read(), expected)) return false
    const text = next && encodeRecord(next)
    try {
      await (text === null ? removeFile(file) : replaceFile(file, text))
    } catch (cause) {
      throw storageFailed(file, cause)
    }
    seen = versionOf(file)
    hint()
    return true
  }

  const look = (): void => {
    const version = versionOf(file)
    if (version === seen) return // Ours, or heard of already.
    seen = version
    hint()
  }

  return {
    name: file,
    coordination: 'machine',
    lock,
    read,
    async write(next, expected) {
      try {
        return await writes.hold(writing, () => swap(next, expected), { waitTimeout: patience })
      } catch (cause) {
        if (!(cause instanceof LockTimeoutError)) throw cause
        throw new StorageError(`The lock for writing ${file} could not be taken`, { cause })
      }
    },
    ...(options.hints !== false && {
      subscribe(listener: () => void) {
        const unsubscribe = subscribe(listener)
        if (subscriptions++ === 0) {
          seen = versionOf(file)
          watcher = watchFile(file, look)
        }
        let stop = (): void => {
          unsubscribe()
          if (--subscriptions === 0) watcher?.close()
          stop = () => {}
        }
        return () => stop()
      },
    }),
  }
}

/** The name of no refresh. */
const writing = '\0write'

/** How long a write waits for others' writes, in milliseconds. */
const patience = 10_000

/** The folder's watcher, since each write is another file; without one, nobody is hinted. It keeps no process alive. */
function watchFile(file: string, look: () => void): FSWatcher | undefined {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    const watcher = watch(dirname(file), { persistent: false }, (_, name) => {
      if (name === null || name === basename(file)) look()
    })
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    return undefined
  }
}

function versionOf(file: string): string {
  try {
    const { ino, mtimeNs, size } = statSync(file, { bigint: true })
    return [ino, mtimeNs, size].join()
  } catch {
    return ''
  }
}

/** One name for one file, also while it isn't there: links are followed on the way to it, and where they lead to nothing yet. */
function realPath(file: string, mostLinks = 40): string {
  try {
    return realpathSync(file)
  } catch {}
  const folder = dirname(file)
  if (folder === file || mostLinks === 0) return file
  const place = join(realPath(folder, mostLinks), basename(file))
  try {
    return realPath(resolve(dirname(place), readlinkSync(place)), mostLinks - 1)
  } catch {
    return place
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}
