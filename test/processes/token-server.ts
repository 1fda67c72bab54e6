import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TokenSet } from 'authenticated-client'

/** A token request that waits at a point. */
export interface Paused {
  /** Who sent it. */
  readonly member: string
  letGo(): void
}

/** An authorization server and an API on one loopback port. Refresh tokens are used once; who presents one again loses the session. */
export interface TokenServer {
  readonly tokenEndpoint: string
  readonly api: string
  signIn(): TokenSet
  /** The API refuses every access token given so far. */
  spoil(): void
  /** Times that a refresh token was traded for another one. */
  readonly redemptions: number
  /** Times that a consumed one was presented. */
  readonly replays: number
  /** Sessions that were ended for it. */
  readonly revoked: number
  /** Holds the next token request, before anything happens to it or when the rotation is done. */
  pause(point: 'arrived' | 'rotated'): Promise<Paused>
  /** Rotates at the next request, and destroys the answer. */
  loseNextAnswer(): void
  close(): Promise<void>
}

interface Family {
  current: TokenSet | undefined
  readonly live: Set<string>
  /** What a consumed token was traded for, and when. */
  readonly consumed: Map<string, { readonly at: number; readonly successor: TokenSet }>
}

/** @param overlap how long a consumed refresh token still gives what it was traded for, in milliseconds; 0: a strict server. */
export async function startTokenServer(overlap = 0): Promise<TokenServer> {
  const families: Family[] = []
  const counts = { redemptions: 0, replays: 0, revoked: 0 }
  const pauses = new Map<string, (paused: Paused) => void>()
  let losesNext = false
  let serial = 0

  const issue = (family: Family): TokenSet => {
    serial++
    const tokens = { accessToken: `access-${serial}`, refreshToken: `refresh-${serial}` }
    family.live.add(tokens.accessToken)
    family.current = tokens
    return tokens
  }

  const reach = async (point: string, request: IncomingMessage): Promise<void> => {
    const tell = pauses.get(point)
    if (!tell) return
    pauses.delete(point)
    await new Promise<void>((letGo) => tell({ member: String(request.headers['x-member']), letGo }))
  }

  const refresh = (presented: string): TokenSet | undefined => {
    const family = families.find(({ current, consumed }) => current?.refreshToken === presented || consumed.has(presented))
    const before = family?.consumed.get(presented)
    if (!family) return undefined
    if (!before) {
      counts.redemptions++
      const successor = issue(family)
      family.consumed.set(presented, { at: Date.now(), successor })
      return successor
    }
    counts.replays++
    if (Date.now() - before.at < overlap && family.current === before.successor) return before.successor
    if (family.current) counts.revoked++
    family.current = undefined
    family.live.clear()
    return undefined
  }

  const token = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = new URLSearchParams(await textOf(request))
    await reach('arrived', request)
    if (response.destroyed) return // Who asked is gone: nothing happened.
    const tokens = refresh(form.get('refresh_token') ?? '')
    if (losesNext) {
      losesNext = false
      response.destroy()
      return
    }
    await reach('rotated', request)
    if (tokens) send(response, 200, { access_token: tokens.accessToken, refresh_token: tokens.refreshToken, token_type: 'Bearer' })
    else send(response, 400, { error: 'invalid_grant' })
  }

  const server = createServer(async (request, response) => {
    if (request.url === '/token') return token(request, response)
    const accessToken = request.headers.authorization?.slice('Bearer '.length) ?? ''
    if (families.some(({ live }) => live.has(accessToken))) return send(response, 200, {})
    response.setHeader('WWW-Authenticate', 'Bearer error="invalid_token"')
    send(response, 401, {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    tokenEndpoint: `${origin}/token`,
    api: `${origin}/api`,
    signIn() {
      const family: Family = { current: undefined, live: new Set(), consumed: new Map() }
      families.push(family)
      return issue(family)
    },
    spoil() {
      for (const { live } of families) live.clear()
    },
    get redemptions() {
      return counts.redemptions
    },
    get replays() {
      return counts.replays
    },
    get revoked() {
      return counts.revoked
    },
    pause: (point) => new Promise((resolve) => pauses.set(point, resolve)),
    loseNextAnswer() {
      losesNext = true
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return text
}
