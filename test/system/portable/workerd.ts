import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { freePort } from '../../support/free-port'
import { runtimes } from './installed-package'

const workerd = join(runtimes, '@cloudflare/workerd-linux-64/bin/workerd')

/** What of Cap'n Proto goes into the worker's configuration. */
export interface WorkerSettings {
  readonly flags?: string
  readonly bindings?: string
  /** A class of Durable Objects that the worker exports; bound under its own name. */
  readonly durableObject?: string
}

/**
 * Serves `worker.mjs` of that folder until the test is over, and gives its origin. The worker must answer HEAD.
 * @param date of compatibility.
 */
export async function serveWorker(folder: string, date: string, settings: WorkerSettings = {}): Promise<string> {
  const port = await freePort()
  await writeFile(join(folder, 'workerd.capnp'), configuration(port, date, settings))
  const serving = spawn(workerd, ['serve', 'workerd.capnp'], { cwd: folder, stdio: 'ignore' })
  // Asked nicely, it would wait for requests that hang.
  onTestFinished(() => void serving.kill('SIGKILL'))
  const origin = `http://127.0.0.1:${port}`
  // Until it listens, a connection is refused.
  await expect.poll(() => fetch(origin, { method: 'HEAD' }), { timeout: 20_000, interval: 100 }).toBeDefined()
  return origin
}

function configuration(port: number, date: string, { flags = '', bindings = '', durableObject }: WorkerSettings): string {
  const namespace = durableObject && `(name = "${durableObject}", durableObjectNamespace = "${durableObject}")`
  const objects = durableObject
    ? `durableObjectNamespaces = [(className = "${durableObject}", uniqueKey = "test")], durableObjectStorage = (inMemory = void),`
    : ''
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .w), (name = "internet", network = (allow = ["public", "private"]))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);
const w :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "worker.mjs")], compatibilityDate = "${date}", compatibilityFlags = [${flags}],
  ${objects} bindings = [${[bindings, namespace].filter(Boolean).join(', ')}], globalOutbound = "internet"
);`
}
