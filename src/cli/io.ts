import { readFileSync, realpathSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '../platform/clock'
import { readBody } from '../platform/read-body'

/** What the command line has of the world. */
export interface Io {
  readonly print: (text: string) => void
  readonly complain: (text: string) => void
  readonly env: Readonly<Record<string, string | undefined>>
  readonly colour: boolean
  /** The text of a file; `-` is standard input. */
  readonly read: (path: string) => Promise<string>
  readonly now: () => number
  /** Of this package. */
  readonly version: () => string
  /** Rejects as `fetch` does, or after `limit` milliseconds. */
  readonly send: (request: Request, limit: number) => Promise<{ readonly response: Response; readonly body: string }>
}

/** More of a body than this says nothing new. */
const mostText = 65_536

export function processIo(): Io {
  const { env } = process
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error // As with `| head`: who has read enough closes the pipe.
    })
  return {
    print: (text) => void process.stdout.write(`${text}\n`),
    complain: (text) => void process.stderr.write(`${text}\n`),
    env,
    colour: !!process.stdout.isTTY && !env.NO_COLOR && env.TERM !== 'dumb',
    read: async (path) => textOf(path === '-' ? await standardInput() : await readFile(path)),
    now: () => systemClock.now(),
    version,
    send,
  }
}

/** The program stands one folder below package.json, in the package as in the sources; the path to it may be a link of npm's. */
function version(): string {
  const { version } = JSON.parse(readFileSync(join(realpathSync(process.argv[1] ?? ''), '../../package.json'), 'utf8'))
  return version
}

/** Windows likes to begin a file with a byte order mark, and PowerShell's `>` writes UTF-16 behind it. */
function textOf(bytes: Uint8Array): string {
  return new TextDecoder(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8').decode(bytes)
}

async function standardInput(): Promise<Buffer> {
  const pieces: Buffer[] = []
  await new Promise<void>((resolve, reject) => {
    process.stdin.on('data', (piece: Buffer) => pieces.push(piece))
    process.stdin.on('end', resolve).on('error', reject)
  })
  return Buffer.concat(pieces)
}

async function send(request: Request, limit: number): Promise<{ response: Response; body: string }> {
  const late = new AbortController()
  const done = new AbortController()
  systemClock.sleep(limit, done.signal).then(
    () => late.abort(new DOMException('No answer in time', 'TimeoutError')),
    () => undefined,
  )
  try {
    const response = await globalThis.fetch(request, { redirect: 'manual', signal: late.signal })
    const chunks: Uint8Array<ArrayBuffer>[] = []
    if (response.body) await readBody(response.body.getReader(), mostText, chunks)
    return { response, body: Buffer.concat(chunks).toString('utf8') }
  } finally {
    done.abort()
  }
}
