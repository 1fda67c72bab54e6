import { type TokenSet, webStorageStore } from 'authenticated-client'
import { find } from './element'
import { type Heard, type Outcome, timeNow } from './heard'
import { levers } from './levers'
import { watch } from './watch'

/** What the page around it can do with a tab. */
export interface Tab {
  readonly name: string
  hear(listener: (heard: Heard) => void): void
  /** What its button does from now on, in place of one call of its own. */
  whenPressed(listener: () => unknown): void
  signIn(tokens: TokenSet): Promise<void>
  /** Calls the API so many times at once. */
  call(times: number): Promise<readonly Outcome[]>
  accessToken(): Promise<string>
  /** Tells the listener what the session is like now: the picture of a run begins with it. */
  tellState(): void
}

// A tab of a web app: the real client, on the localStorage and the Web Locks that all tabs of this origin share.
const name = new URLSearchParams(location.search).get('name') ?? 'Another tab'
const servers = await levers.premises()
const tally = { calls: 0, refused: 0, made: 0, adopted: 0 }
let listener: (heard: Heard) => void = () => undefined
let pressed: () => unknown = () => tab.call(1)

const tell = (heard: Heard): void => {
  const { what } = heard
  if (what.type === 'called') tally.calls += 1
  if (what.type === 'response' && what.status === 401) tally.refused += 1
  if (what.type === 'refresh-ended' && what.outcome === 'refreshed') tally.made += 1
  if (what.type === 'refresh-ended' && what.outcome === 'adopted') tally.adopted += 1
  listener(heard)
  show()
}

const { client, call } = watch(
  name,
  { servers, tell },
  {
    tokenEndpoint: servers.tokenEndpoint,
    clientId: servers.clientId,
    allowedOrigins: [servers.api],
    store: webStorageStore('playground'),
    refreshBudget: false, // It protects servers that refuse every token; here people press buttons as often as they like.
  },
)

const tab: Tab = {
  name,
  hear: (next) => {
    listener = next
  },
  whenPressed: (next) => {
    pressed = next
  },
  signIn: (tokens) => client.setTokens(tokens),
  call: (times) => Promise.all(Array.from({ length: times }, () => call(`${servers.api}/me`))),
  accessToken: () => client.getAccessToken(),
  tellState: () => tell({ at: timeNow(), who: name, what: { type: 'session-changed', state: client.state, at: Date.now() } }),
}

document.title = name
find('h1').textContent = name
find('button').setAttribute('aria-label', `One call from ${name}`)
find('button').addEventListener('click', () => void pressed())
client.subscribe(show)
setInterval(show, 250)
show()
Object.assign(globalThis, { tab })

function show(): void {
  const { state } = client
  const left = state.status === 'authenticated' && state.expiresAt !== undefined ? Math.max(state.expiresAt - Date.now(), 0) : 0
  const bar = find<HTMLMeterElement>('meter')
  bar.value = left
  find('#left').textContent = left ? `token expires in ${Math.ceil(left / 1_000)} s` : 'token expired'
  find('#state').textContent = state.status === 'authenticated' ? 'signed in' : state.status
  for (const [key, count] of Object.entries(tally)) find(`#${key}`).textContent = String(count)
}
