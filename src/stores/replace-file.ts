import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Clock, systemClock } from '../platform/clock'

/**
 * Replaces a file whole: whoever reads meanwhile sees the old text or the new one, and so does whoever starts after a crash. Only one at
 * a time may do it: a draft that is there already is taken for one that a crash has left.
 * @param clock times the waits on Windows. Default: the system's.
 */
export async function replaceFile(file: string, text: string, clock: Clock = systemClock): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const draft = draftOf(file)
  await rm(draft, { force: true })
  const handle = await open(draft, 'wx', 0o600)
  try {
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await untilClosed(() => rename(draft, file), clock)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {}) // It holds the session.
    throw error
  }
  await syncFolder(dirname(file))
}

/** Removes a file, and a draft that a crash has left: that holds a session, too. */
export async function removeFile(file: string, clock: Clock = systemClock): Promise<void> {
  await untilClosed(() => rm(file, { force: true }), clock)
  await rm(draftOf(file), { force: true })
  await syncFolder(dirname(file))
}

function draftOf(file: string): string {
  return `${file}.draft`
}

/** Windows moves nothing onto a file that is open, be it to a process that reads it or to a virus scanner, and says EPERM or its like. */
async function untilClosed(act: () => Promise<void>, clock: Clock): Promise<void> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await act()
    } catch (error) {
      if (process.platform !== 'win32' || !isOneOf(error, 'EPERM EACCES EBUSY') || attempts === mostAttempts) throw error
    }
    await clock.sleep(Math.min(attempts * 5, 100) * (0.5 + clock.random()))
  }
}

/** Some four seconds: longer than a scanner takes, shorter than others wait for their turn. */
const mostAttempts = 50

/** So that the name is on the disk as well. Not every system can be asked for it, and what was written is written all the same. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r').catch(unless('EACCES')) // A folder may be open to use, and not to read.
  try {
    await handle?.sync().catch(unless('EINVAL EBADF ENOTSUP')) // SMB, FUSE.
  } finally {
    await handle?.close()
  }
}

function unless(codes: string): (error: unknown) => undefined {
  return (error) => {
    if (!isOneOf(error, codes)) throw error
  }
}

function isOneOf(error: unknown, codes: string): boolean {
  return codes.split(' ').includes((error as NodeJS.ErrnoException).code ?? '')
}
