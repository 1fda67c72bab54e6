import { type ChildProcess, fork } from 'node:child_process'
import cluster from 'node:cluster'
import { EventEmitter, once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { build } from 'tsup'
import type { Assignment, Order, Place, Point, Report } from './protocol.ts'
import type { TokenServer } from './token-server.ts'

export type Kind = 'process' | 'thread' | 'cluster worker'

export interface Answer {
  readonly status?: number
  readonly error?: string
}

/** One of those who share the session. */
export interface Member {
  readonly name: string
  readonly kind: Kind
  readonly logouts: readonly string[]
  tell(order: Order): void
  /** Sends a call, and comes back with its answer; `undefined` where the member was killed meanwhile. */
  call(): Promise<Answer | undefined>
  signIn(tokens: ReturnType<TokenServer['signIn']>): Promise<void>
  /** Comes back when it is at `point`, or has stopped there. */
  at(point: Point, stopped?: boolean): Promise<Member>
  kill(): Promise<void>
  stop(): void
  resume(): void
}

export interface Crew {
  readonly members: readonly Member[]
  /** In place of one that was killed. */
  hire(kind?: Kind): Promise<Member>
  dismiss(): Promise<void>
}

/** Starts that many members of each kind, which share the session at `place`. */
export async function gatherCrew(server: TokenServer, place: Place, kinds: readonly Kind[], refreshTimeout?: number): Promise<Crew> {
  const built = await buildMember()
  const members: Member[] = []
  const ends: (() => Promise<void>)[] = []
  let hired = 0

  const hire = async (kind: Kind = 'process'): Promise<Member> => {
    const { tokenEndpoint, api } = server
    const name = `member-${++hired}`
    const assignment: Assignment = { name, place, tokenEndpoint, api, ...(refreshTimeout !== undefined && { refreshTimeout }) }
    const { member, ready, end } = start(built.file, kind, assignment, () => members.splice(members.indexOf(member), 1))
    ends.push(end)
    members.push(member)
    await ready
    return member
  }
  const dismiss = async (): Promise<void> => {
    await Promise.all(ends.map((end) => end()))
    built.remove()
  }
  try {
    await Promise.all(kinds.map(hire))
  } catch (error) {
    await dismiss()
    throw error
  }
  return { members, hire, dismiss }
}

export function processes(count: number): readonly Kind[] {
  return Array.from({ length: count }, () => 'process' as const)
}

/** The library and the member in one file, below this project so that it finds its packages. */
async function buildMember(): Promise<{ readonly file: string; remove(): void }> {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const folder = mkdtempSync(join(root, 'node_modules', '.processes-'))
  await build({
    config: false,
    entry: [fileURLToPath(new URL('member.ts', import.meta.url))],
    tsconfig: join(root, 'tsconfig.json'),
    outDir: folder,
    format: 'esm',
    outExtension: () => ({ js: '.mjs' }),
    target: 'es2022',
    silent: true,
    external: ['redis', 'ioredis'],
    noExternal: [/^authenticated-client/],
  })
  return { file: join(folder, 'member.mjs'), remove: () => rmSync(folder, { recursive: true, force: true }) }
}

function start(
  file: string,
  kind: Kind,
  assignment: Assignment,
  gone: () => void,
): { readonly member: Member; readonly ready: Promise<unknown>; end(): Promise<void> } {
  const text = JSON.stringify(assignment)
  const reports = new EventEmitter()
  reports.setMaxListeners(0)
  const logouts: string[] = []
  const passed: Extract<Report, { type: 'at' }>[] = []
  let isGone = false
  const hear = (report: Report): void => {
    if (report.type === 'logout') logouts.push(report.reason)
    if (report.type === 'at') passed.push(report)
    reports.emit(report.type, report)
  }
  const { tell, kill, signal, onExit } = kind === 'thread' ? startThread(file, text, hear) : startProcess(file, text, kind, hear)
  const exited = new Promise<void>((resolve) =>
    onExit(() => {
      isGone = true
      reports.emit('gone')
      resolve()
    }),
  )
  const next = (type: Report['type']): Promise<Report | undefined> =>
    Promise.race([once(reports, type).then(([report]) => report as Report), once(reports, 'gone').then(() => undefined)])

  const member: Member = {
    name: assignment.name,
    kind,
    logouts,
    tell,
    async call() {
      passed.length = 0
      const answer = next('answer')
      tell({ type: 'call' })
      return (await answer) as Extract<Report, { type: 'answer' }> | undefined
    },
    async signIn(tokens) {
      const done = next('signed-in')
      tell({ type: 'sign-in', tokens })
      const { error } = (await done) as Extract<Report, { type: 'signed-in' }>
      if (error) throw new Error(error)
    },
    async at(point, stopped = false) {
      const isIt = (report: Extract<Report, { type: 'at' }>): boolean => report.point === point && (!stopped || report.stops)
      while (!passed.some(isIt)) {
        if (isGone) throw new Error(`${assignment.name} is gone`)
        await next('at')
      }
      return member
    },
    async kill() {
      gone()
      kill()
      await exited
    },
    stop: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
  }
  const ready = next('ready').then((report) => {
    if (!report) throw new Error(`${assignment.name} died at its start`)
  })
  return {
    member,
    ready,
    async end() {
      if (isGone) return
      kill()
      await exited
    },
  }
}

interface Started {
  readonly tell: (order: Order) => void
  readonly kill: () => void
  readonly signal: (name: NodeJS.Signals) => void
  readonly onExit: (listener: () => void) => void
}

function startThread(file: string, assignment: string, hear: (report: Report) => void): Started {
  const worker = new Worker(file, { workerData: assignment })
  worker.on('message', hear)
  worker.on('error', (error) => console.error(error))
  return {
    tell: (order) => worker.postMessage(order),
    kill: () => void worker.terminate(),
    signal() {
      throw new Error('A thread can not be stopped alone')
    },
    onExit: (listener) => void worker.once('exit', listener),
  }
}

function startProcess(file: string, assignment: string, kind: Kind, hear: (report: Report) => void): Started {
  const env = { ...process.env, ASSIGNMENT: assignment, NODE_OPTIONS: '' }
  let child: ChildProcess
  if (kind === 'process') child = fork(file, { env, execArgv: [] })
  else {
    cluster.setupPrimary({ exec: file, execArgv: [] })
    child = cluster.fork(env).process
  }
  child.on('message', hear)
  return {
    tell: (order) => void (child.connected && child.send(order, () => {})),
    kill: () => void child.kill('SIGKILL'),
    signal: (name) => void child.kill(name),
    onExit: (listener) => void child.once('exit', listener),
  }
}
