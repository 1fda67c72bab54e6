import { open } from 'node:fs/promises'
import { connect, type Server } from 'node:net'
import { basename, dirname } from 'node:path'

/** Whether somebody else was faster: what was to be moved or visited, or where to, is no longer as it was seen. */
export function isLost(error: unknown): boolean {
  return /^(ENOTEMPTY|EEXIST|ENOENT)$/.test(codeOf(error))
}

/**
 * Waits until the holder of `socket` is gone, or `signal` aborts.
 * @returns 'left': it was alive, or its socket is no longer there. Where that is still there, it turned us away. 'dead': nobody listens.
 */
export async function visit(socket: string, signal: AbortSignal): Promise<'left' | 'dead'> {
  const short = await shortPath(socket).catch((error) => {
    if (!isLost(error)) throw error
  })
  if (!short) return 'left'
  const { path, close } = short
  return new Promise<'left' | 'dead'>((resolve, reject) => {
    const visitor = connect(path)
    const leave = (): void => void visitor.destroy()
    visitor.on('connect', () => {
      if (signal.aborted) leave()
      else signal.addEventListener('abort', leave)
    })
    visitor.on('error', (error) => {
      const code = codeOf(error)
      if (code === 'ECONNREFUSED') resolve('dead')
      else if (/^(EAGAIN|ENOENT|ENOTDIR|ECONNRESET|EPIPE)$/.test(code)) resolve('left')
      else reject(error)
    })
    visitor.on('close', () => {
      signal.removeEventListener('abort', leave)
      resolve('left')
    })
    visitor.resume()
  }).finally(close)
}

/** Settles once others can connect. The server keeps no process alive. */
export async function listen(server: Server, socket: string): Promise<void> {
  const { path, close } = await shortPath(socket)
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject) // Later ones too: a visitor that can't be let in is no reason to die.
    // Exclusive: or cluster workers would share one socket of their primary, and all be let in.
    server.listen({ path, exclusive: true }, resolve)
  }).finally(close)
  server.unref()
}

/** A socket's address holds 108 bytes, and a longer one is cut off silently. So the folder is opened, which has a short path in /proc. */
async function shortPath(socket: string): Promise<{ readonly path: string; close(): Promise<void> }> {
  if (Buffer.byteLength(socket) < mostBytes) return { path: socket, close: async () => {} }
  const folder = await open(dirname(socket))
  return { path: `/proc/self/fd/${folder.fd}/${basename(socket)}`, close: () => folder.close() }
}

export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? ''
}

const mostBytes = 100
