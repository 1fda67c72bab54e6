import { spawn } from 'node:child_process'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Outcome {
  readonly code: number | null
  readonly out: string
  readonly complaints: string
}

/** The command line as a process of its own. */
export function commandLine(
  args: readonly string[],
  {
    env = {},
    input = '',
    unread = false,
  }: { readonly env?: Readonly<Record<string, string>>; readonly input?: string; readonly unread?: boolean } = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', `${root}src/cli.ts`, ...args], {
      cwd: root,
      env: { PATH: process.env.PATH, ...env },
    })
    const [out, complaints]: [Buffer[], Buffer[]] = [[], []]
    child.stdout.on('data', (piece: Buffer) => out.push(piece))
    child.stderr.on('data', (piece: Buffer) => complaints.push(piece))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, out: String(Buffer.concat(out)), complaints: String(Buffer.concat(complaints)) }))
    if (unread) child.stdout.destroy()
    child.stdin.end(input)
  })
}

/** Serves while `use` runs; hands it the origin. */
export async function serving<Result>(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  use: (origin: string) => Promise<Result>,
): Promise<Result> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}
