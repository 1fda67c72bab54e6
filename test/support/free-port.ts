import { createServer } from 'node:net'

/** A port of this machine that nobody listened at a moment ago: for programs that can't choose one by themselves. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
