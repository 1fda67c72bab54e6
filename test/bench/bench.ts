import { parseArgs } from 'node:util'
import { createInterceptor } from './interceptor'
import { type Contestant, type Figures, interleave } from './rounds'
import { api, stubServer, tokenEndpoint } from './stub-server'

// npm run bench [-- --rounds 2000]: what the client costs beside the network. Measured on the build, as users run it.
const dist = new URL('../../dist/index.js', import.meta.url).href
const { AuthenticatedClient } = (await import(dist)) as typeof import('authenticated-client')

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '1000' } } })
const rounds = Number(values.rounds)
const clientId = 'bench'

console.log(
  `Node ${process.version}, ${rounds} interleaved rounds, a stub fetch in place of the network: npm run bench -- --rounds ${rounds}\n`,
)
show('a successful GET', await interleave(gets(undefined), rounds, 100))
show('a successful GET with a header of its own', await interleave(gets({ headers: { accept: 'application/json' } }), rounds, 100))
show('401, refresh, replay', await interleave(refreshes(), rounds, 20))

/** Each has a server of its own, so that none profits from what another refreshed. */
function gets(init: RequestInit | undefined): readonly Contestant[] {
  const bare = stubServer()
  const bareInit = { ...init, headers: { ...init?.headers, authorization: `Bearer ${bare.tokens.accessToken}` } }
  return [
    { name: 'bare fetch', run: async () => expectOk(await bare.fetch(`${api}/me`, bareInit)) },
    ...clients().map(({ name, fetch }) => ({ name, run: async () => expectOk(await fetch(`${api}/me`, init)) })),
  ]
}

function refreshes(): readonly Contestant[] {
  const bare = stubServer()
  return [
    {
      // The same three requests, sent by somebody who knows what will happen.
      name: 'bare fetch',
      run: async () => {
        bare.expire()
        await bare.fetch(`${api}/me`, { headers: { authorization: `Bearer ${bare.tokens.accessToken}` } })
        const body = `grant_type=refresh_token&refresh_token=${bare.tokens.refreshToken}&client_id=${clientId}`
        const headers = { 'content-type': 'application/x-www-form-urlencoded' }
        const answer = await bare.fetch(tokenEndpoint, { method: 'POST', headers, body })
        const { access_token } = (await answer.json()) as { access_token: string }
        expectOk(await bare.fetch(`${api}/me`, { headers: { authorization: `Bearer ${access_token}` } }))
      },
    },
    ...clients().map(({ name, fetch, server }) => ({
      name,
      run: async () => {
        server.expire()
        expectOk(await fetch(`${api}/me`))
      },
    })),
  ]
}

function clients() {
  return [interceptor(), authenticatedClient()]
}

function interceptor() {
  const server = stubServer()
  let tokens = server.tokens
  const fetch = createInterceptor({
    fetch: server.fetch,
    tokenEndpoint,
    clientId,
    getTokens: () => tokens,
    saveTokens: (next) => {
      tokens = next
    },
    onLogout: unexpected,
  })
  return { name: 'the interceptor', fetch, server }
}

function authenticatedClient() {
  const server = stubServer()
  let tokens: import('authenticated-client').TokenSet = server.tokens
  const { fetch } = new AuthenticatedClient({
    fetch: server.fetch,
    tokenEndpoint,
    clientId,
    allowedOrigins: [api],
    getTokens: () => tokens,
    saveTokens: (next) => {
      tokens = next
    },
    onLogout: unexpected,
    refreshBudget: false, // Here every call is a 401, on purpose.
  })
  return { name: 'authenticated-client', fetch, server }
}

function expectOk(response: Response): void {
  if (response.status !== 200) throw new Error(`The bench measures nothing: a call ended with ${response.status}`)
}

function unexpected(): void {
  throw new Error('The bench measures nothing: the session ended')
}

function show(title: string, figures: readonly Figures[]): void {
  const ratio = ({ ratios }: Figures, against: string): string => {
    const { median, low, high } = ratios[against]!
    return `${median.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`
  }
  const rows = figures.map((each) => [each.name, each.microseconds.toFixed(2), ratio(each, 'bare fetch'), ratio(each, 'the interceptor')])
  const table = [[title, 'µs', '÷ bare fetch', '÷ the interceptor'], ...rows]
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)))
  for (const row of table)
    console.log(row.map((cell, column) => (column ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))).join('  '))
  console.log()
}
