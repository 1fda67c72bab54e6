import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { abortReason } from '../platform/abortable'
import type { Clock } from '../platform/clock'

/**
 * Holds a file that is open for one at a time: by `flock` on macOS and the BSDs, by sharing nothing on Windows. The system closes it
 * with its process or thread. The file stays, empty: who removes a lock file lets two in.
 */
export async function takeByOpening(place: string, clock: Clock, signal: AbortSignal): Promise<() => Promise<void>> {
  for (;;) {
    if (signal.aborted) throw abortReason(signal)
    try {
      const file = await open(place, constants.O_RDWR | constants.O_CREAT | exclusively(), 0o600)
      return () => file.close()
    } catch (error) {
      if (!/^(EAGAIN|EBUSY)$/.test((error as NodeJS.ErrnoException).code ?? '')) throw error
    }
    await clock.sleep(shortest + clock.random() * shortest, signal)
  }
}

/** Between two attempts, in milliseconds. */
const shortest = 10

// Not among `fs.constants`: UV_FS_O_EXLOCK of libuv, which is O_EXLOCK of the BSDs.
function exclusively(): number {
  return process.platform === 'win32' ? 0x10000000 : 0x20 | constants.O_NONBLOCK
}
