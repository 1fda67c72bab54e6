import { AuthenticatedClient, type AuthenticatedClientOptions } from 'authenticated-client'
import { describe, expect, it } from 'vitest'
import { canariesIn } from './canaries-in.ts'
import { Scanner } from './scanner.ts'
import { scanner } from './scanner-of-this-run.ts'
import { watchConsole, watchStream } from './watch-output.ts'

// What the whole run relies on: a planted leak is found, wherever it comes out.
const secret = 'planted-secret'

describe('a planted leak is found', () => {
  it.each<[string, (console: Console) => void]>([
    ['a word', (console) => console.log('the token is', secret)],
    ['a field', (console) => console.error({ deep: { tokens: [secret] } })],
    ['the cause of an error', (console) => console.warn(new Error('no', { cause: new Error(secret) }))],
    ['a header', (console) => console.debug(new Headers({ authorization: `Bearer ${secret}` }))],
  ])('on the console, as %s', (_, leak) => {
    const own = new Scanner()
    const output = {} as Console
    watchConsole(own, output)
    own.learn({ accessToken: secret })

    leak(output)

    expect(own.take()).toHaveLength(1)
  })

  it('on a stream of the process', () => {
    const own = new Scanner()
    const stream = { write: () => true }
    watchStream(own, 'process.stdout', stream)
    own.learn({ refresh_token: secret })

    ;(stream.write as (text: string) => boolean)(`refresh_token=${secret}&grant_type=refresh_token`)

    expect(own.take()).toEqual([expect.stringContaining('process.stdout')])
  })

  it.each<[string, AuthenticatedClientOptions]>([
    ['an error', {}],
    [
      'the event storage-error',
      {
        onEvent: () => {},
        getTokens: () => null,
        saveTokens: () => {
          throw new Error(secret)
        },
      },
    ],
  ])('in %s of a client', async (where, options) => {
    const client = new AuthenticatedClient({
      allowedOrigins: ['https://api.example.com'],
      // Another's fetch may do what ours never does.
      fetch: (_, init) => Promise.reject(new TypeError(`Failed to send ${new Headers(init?.headers).get('authorization')}`)),
      ...options,
    })
    await client.setTokens({ accessToken: secret }).catch(() => {})

    await client.fetch('https://api.example.com/me').catch(() => {})
    await new Promise((resolve) => setImmediate(resolve))

    expect(scanner.take()).toContainEqual(expect.stringContaining(where))
  })
})

it('what is part of another word is no leak', () => {
  const own = new Scanner()
  own.learn({ accessToken: 'access-1', tokenType: 'Bearer' })

  own.look('a log', 'access-17 came, reaccess-1 too, and a Bearer of something')

  expect(own.take()).toEqual([])
})

it('a made-up secret is found in what a run has printed, line by line', () => {
  const printed = ['ok', '{"message":"got canary-access"}', 'canary', 'a=canary%2Bx', 'the canaries sing']

  expect(canariesIn(printed.join('\n'))).toEqual([2, 4])
})
