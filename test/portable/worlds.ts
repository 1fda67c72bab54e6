/** What one behaviour has made the servers see. */
export interface Counters {
  refreshes: number
  /** Refresh tokens that were refused. */
  rejected: number
  tokenRequests: number
  calls: number
  /** Calls without `Authorization`. */
  bare: number
  revocations: number
}

interface World extends Counters {
  /** The tokens of generation n are `access-n` and `refresh-n`; only the newest are good. */
  generation: number
  /** Token requests that are still to be answered with this status. */
  outage: { status: number; left: number }
  isRevoked: boolean
}

export interface Asked {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly authorization?: string | undefined
  readonly type?: string | undefined
  readonly body: string
}

export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** How long the answer takes, in milliseconds. */
  readonly after: number
}

/**
 * An authorization server and an API for any runtime that can only make requests. The first segment of a path names a world, so that
 * behaviours don't meet: `POST /world/token`, `POST /world/revoke`, `/world/me`, `/world/echo`, `/world/redirect?to=`, and for the
 * behaviour itself `/world/counters`, `/world/outage?status=&times=`, `/world/end`. It needs nothing of a platform, not even its URL:
 * it also answers inside an engine that has none.
 */
export class Worlds {
  readonly #worlds = new Map<string, World>()

  answer(asked: Asked): Answered {
    const [path = '', query = ''] = asked.path.split('?')
    const [, name = '', action = ''] = path.split('/')
    const world = this.#worlds.get(name) ?? newWorld()
    this.#worlds.set(name, world)
    return answer(world, action, fieldsOf(query), asked)
  }
}

type Fields = ReadonlyMap<string, string>

function newWorld(): World {
  return {
    generation: 0,
    outage: { status: 503, left: 0 },
    isRevoked: false,
    refreshes: 0,
    rejected: 0,
    tokenRequests: 0,
    calls: 0,
    bare: 0,
    revocations: 0,
  }
}

function answer(world: World, action: string, query: Fields, asked: Asked): Answered {
  switch (action) {
    case 'token':
      // Slow enough for every caller of a behaviour to meet the same refresh.
      return { ...token(world, asked), after: 50 }
    case 'revoke':
      world.revocations++
      return nothing(200)
    case 'redirect':
      return nothing(302, { location: query.get('to') ?? '/' })
    case 'counters':
      return json(200, world)
    case 'outage':
      world.outage = { status: Number(query.get('status')), left: Number(query.get('times')) }
      return nothing(200)
    case 'end':
      world.isRevoked = true
      return nothing(200)
    default:
      return resource(world, action, query, asked)
  }
}

/** Of `service` with the secret `s:cret`, percent-encoded and in base64. */
const serviceCredentials = 'Basic c2VydmljZTpzJTNBY3JldA=='

function token(world: World, { body, authorization }: Asked): Answered {
  const form = fieldsOf(body)
  world.tokenRequests++
  if (world.outage.left > 0) {
    world.outage.left--
    return nothing(world.outage.status)
  }
  const isService = form.get('grant_type') === 'client_credentials' && authorization === serviceCredentials
  if (!isService && (world.isRevoked || form.get('refresh_token') !== `refresh-${world.generation}`)) {
    world.rejected++
    return json(400, { error: 'invalid_grant' })
  }
  world.refreshes++
  world.generation++
  const [access_token, refresh_token] = [`access-${world.generation}`, `refresh-${world.generation}`]
  return json(200, { access_token, refresh_token, token_type: 'Bearer', expires_in: 3600 })
}

function resource(world: World, action: string, query: Fields, { method, body, authorization, type }: Asked): Answered {
  world.calls++
  if (!authorization) world.bare++
  if (authorization === `Bearer access-${world.generation}` && world.generation > 0 && !query.has('always'))
    return json(200, { generation: world.generation, method, body, type, action })
  const error = query.get('error') ?? 'invalid_token'
  const challenge = error === 'none' ? undefined : { 'www-authenticate': `Bearer realm="loopback", error="${error}"` }
  return json(Number(query.get('status') ?? 401), { error: 'refused' }, challenge)
}

function nothing(status: number, headers: Record<string, string> = {}): Answered {
  return { status, headers, body: '', after: 0 }
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): Answered {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
    after: 0,
  }
}

/** application/x-www-form-urlencoded. */
function fieldsOf(text: string): Fields {
  const decoded = (part: string): string => decodeURIComponent(part.replace(/\+/g, ' '))
  return new Map(
    text
      .split('&')
      .filter(Boolean)
      .map((field) => {
        const [name = '', ...value] = field.split('=')
        return [decoded(name), decoded(value.join('='))]
      }),
  )
}
