import { createHash } from 'node:crypto'
import { robot } from './schemes'

/** What Digest credentials are worth: `wrong` ones prove nothing, or count what was counted before (RFC 7616 §3.4). */
export type DigestVerdict = 'right' | 'stale' | 'wrong' | 'said twice'

/** The door of an API that asks for Digest: each challenge has a nonce of its own, which is good for a while. */
export class DigestDoor {
  private readonly begun = new Map<string, number>()
  private readonly counts = new Set<string>()

  constructor(
    private readonly lifetime: number,
    private readonly now: () => number,
  ) {}

  challenge(isStale = false): string {
    const nonce = this.newNonce()
    return `Digest realm="reports", qop="auth", algorithm=SHA-256, nonce="${nonce}"${isStale ? ', stale=true' : ''}`
  }

  newNonce(): string {
    const nonce = `door~${this.begun.size}`
    this.begun.set(nonce, this.now())
    return nonce
  }

  verdict(text: string, method: string): DigestVerdict {
    const field = (name: string): string => new RegExp(`(?:^|[ ,])${name}="?([^",]*)`).exec(text)?.[1] ?? ''
    const [nonce, count, cnonce, uri] = ['nonce', 'nc', 'cnonce', 'uri'].map(field)
    const key = hash(`${robot.username}:${field('realm')}:${robot.password}`)
    const expected = hash(`${key}:${nonce}:${count}:${cnonce}:auth:${hash(`${method}:${uri}`)}`)
    if (field('response') !== expected) return 'wrong'
    const said = `${nonce} ${count}`
    if (this.counts.has(said)) return 'said twice'
    this.counts.add(said)
    return this.now() - (this.begun.get(nonce ?? '') ?? Number.NEGATIVE_INFINITY) < this.lifetime ? 'right' : 'stale'
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
