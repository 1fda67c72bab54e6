import {
  type AuthenticatedClientOptions,
  bearer,
  type Grant,
  type Lock,
  memoryStore,
  refreshTokenGrant,
  type TokenSet,
} from 'authenticated-client'
import type { World } from './world.ts'

/** What an app hands in. */
export const parts = [
  'getTokens',
  'saveTokens',
  'clearTokens',
  'store.read',
  'store.write',
  'store.subscribe',
  'lock',
  'grant',
  'scheme.answer',
  'scheme.observe',
  'isUnauthorized',
  'onStepUp',
  'onLogout',
  'onEvent',
] as const
export type Part = (typeof parts)[number]

const usual = ['throws', 'rejects', 'never answers', 'answers nonsense', 'answers twice'] as const
export type Misdeed = (typeof usual)[number]

const quick = usual.filter((misdeed) => misdeed !== 'never answers' && misdeed !== 'rejects')

/** What each of them can do. A scheme's methods and `subscribe` answer at once; a person may take any time over a step-up. */
export const misdeeds: Readonly<Record<Part, readonly Misdeed[]>> = {
  getTokens: usual,
  saveTokens: usual,
  clearTokens: usual,
  'store.read': usual,
  'store.write': usual,
  'store.subscribe': quick,
  lock: usual,
  grant: usual,
  'scheme.answer': quick,
  'scheme.observe': quick,
  isUnauthorized: usual,
  onStepUp: usual.filter((misdeed) => misdeed !== 'never answers'),
  onLogout: usual,
  onEvent: usual,
}

export interface Misbehaving {
  readonly options: AuthenticatedClientOptions
  begin(): void
  end(): void
}

type AnyFunction = (...given: never[]) => unknown

/** The options of a client of which one part does as it should until `begin()`, and again from `end()` on. */
export function misbehaving({ app, login }: World, part: Part, misdeed: Misdeed): Misbehaving {
  let isBad = false
  const own = <Call extends AnyFunction>(name: Part, call: Call): Call => {
    if (name !== part) return call
    const bad = (...given: Parameters<Call>): unknown => {
      if (!isBad) return call(...given)
      if (misdeed === 'throws') throw new Error('bad adapter')
      if (misdeed === 'rejects') return Promise.reject(new Error('bad adapter'))
      if (misdeed === 'never answers') return new Promise(() => {})
      if (misdeed === 'answers nonsense') return Symbol.for('nonsense')
      void call(...given)
      return call(...given)
    }
    return bad as Call
  }
  const memory = memoryStore(app.tokens)
  const standard = refreshTokenGrant({ tokenEndpoint: login.tokenEndpoint, clientId: 'web' })
  const lock: Lock = { hold: own('lock', (_name, task) => task(new AbortController().signal)) as Lock['hold'] }
  const grant: Grant = Object.assign(
    own('grant', (tokens: TokenSet | null, context: Parameters<Grant>[1]) => standard(tokens, context)),
    { needs: 'refresh-token' as const },
  )
  const options: AuthenticatedClientOptions = {
    ...(part.startsWith('store.')
      ? {
          store: {
            read: own('store.read', () => memory.read()),
            write: own('store.write', (next, expected) => memory.write(next, expected)) as typeof memory.write,
            subscribe: own('store.subscribe', () => () => {}),
          },
        }
      : {
          getTokens: own('getTokens', () => app.tokens),
          saveTokens: own('saveTokens', (next: TokenSet) => {
            app.tokens = next
          }),
          clearTokens: own('clearTokens', () => {
            app.tokens = null
          }),
        }),
    ...(part === 'lock' && { lock }),
    ...(part === 'grant' && { grant }),
    ...(part.startsWith('scheme.') && {
      scheme: { ...bearer(), answer: own('scheme.answer', () => 'refresh' as const), observe: own('scheme.observe', () => {}) },
    }),
    isUnauthorized: own('isUnauthorized', () => false),
    onStepUp: own('onStepUp', () => null),
    onLogout: own('onLogout', () => {}),
    onEvent: own('onEvent', () => {}),
  }
  return {
    options,
    begin() {
      isBad = true
    },
    end() {
      isBad = false
    },
  }
}
