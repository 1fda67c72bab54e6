import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gql } from '@apollo/client'
import { onlineManager } from '@tanstack/query-core'
import { expect, it, onTestFinished } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { apolloWith } from '../apollo-client'
import { fetchOfSession, onSessionChange } from '../on-session-change'
import { meQuery, queryClient } from '../tanstack-query'
import { socketWith } from '../web-socket'
import { spent } from './servers'

it('is told of a sign-out and of another session, not of a refresh nor of a first sign-in', async () => {
  const { client, login } = await spent()
  const heard: string[] = []
  onSessionChange(client, () => heard.push(client.state.status))

  await client.refresh()
  await client.setTokens(login.signIn({ sub: 'bob' }))
  await client.logout()
  await client.setTokens(login.signIn({ sub: 'cleo' }))
  await client.refresh()

  expect(heard).toEqual(['authenticated', 'ended'])
})

it("Apollo Client does not answer the next user from the first one's cache", async () => {
  const { client, login, shop } = await spent((_request, { sub }) => Response.json({ data: { me: { sub } } }))
  const apollo = apolloWith(client, `${shop.origin}/graphql`)
  const me = async () => (await apollo.query({ query: gql('{ me { sub } }') })).data
  await me()

  await client.setTokens(login.signIn({ sub: 'bob' }))

  expect(await me()).toMatchObject({ me: { sub: 'bob' } })
})

it("Apollo Client does not write the first user's late answer into the next one's cache", async () => {
  const { client, login, shop } = await spent((_request, { sub }) => Response.json({ data: { me: { __typename: 'User', id: 'me', sub } } }))
  const apollo = apolloWith(client, `${shop.origin}/graphql`)
  const shown: unknown[] = []
  const onScreen = apollo.watchQuery({ query: gql('{ me { id sub } }') }).subscribe(({ data }) => shown.push(Object(data).me?.sub))
  onTestFinished(() => onScreen.unsubscribe())
  await expect.poll(() => shown).toContain('ada')
  let answer = (): void => {}
  const answering = new Promise<void>((resolve) => {
    answer = resolve
  })
  const acted = new Promise<void>((resolve) => {
    shop.next(async (_request, usual) => {
      const response = await usual()
      resolve()
      await answering
      return response
    })
  })
  const late = apollo.mutate({ mutation: gql('mutation { me { id sub } }') }).catch((error: Error) => error.name)
  await acted

  await client.setTokens(login.signIn({ sub: 'bob' }))
  answer()

  expect(await late).toBe('AbortError')
  await expect.poll(() => shown.at(-1)).toBe('bob')
  expect(JSON.stringify(apollo.cache.extract())).not.toContain('ada')
})

it('aborts a call when its session is over, or when its caller does, and none of the next session', async () => {
  const { client, login, shop } = await spent()
  const fetch = fetchOfSession(client)
  const caller = new AbortController()
  shop.always(({ url }) => (url.endsWith('/c') ? undefined : new Promise<never>(() => {})))
  const calls = [fetch(new Request(`${shop.origin}/a`, { signal: caller.signal })), fetch(`${shop.origin}/b`)].map((call) =>
    call.catch((error: Error) => error.name),
  )

  caller.abort()
  const [first] = calls
  expect(await first).toBe('AbortError')
  await client.setTokens(login.signIn({ sub: 'bob' }))

  expect(await Promise.all(calls)).toEqual(['AbortError', 'AbortError'])
  expect((await fetch(`${shop.origin}/c`)).status).toBe(200)
})

it("TanStack Query does not answer the next user from the first one's cache", async () => {
  const { client, login, shop } = await spent()
  const queries = queryClient(client)
  const me = () => queries.ensureQueryData(meQuery(client, `${shop.origin}/me`))
  await me()

  await client.setTokens(login.signIn({ sub: 'bob' }))

  expect(await me()).toMatchObject({ sub: 'bob' })
})

it('TanStack Query does not send as the next user what the first one did offline', async () => {
  const { client, login, shop } = await spent()
  const queries = queryClient(client)
  queries.mount()
  onlineManager.setOnline(false)
  onTestFinished(() => {
    queries.unmount()
    onlineManager.setOnline(true)
  })
  const mutationFn = () => client.fetch(`${shop.origin}/orders`, { method: 'POST' })
  queries.getMutationCache().build(queries, { mutationFn }).execute(undefined)

  await client.setTokens(login.signIn({ sub: 'bob' }))
  onlineManager.setOnline(true)
  await queries.resumePausedMutations()

  expect(shop.requests).toEqual([])
})

it('a WebSocket is closed when its user signs out, also while it connects', async () => {
  const { client, login } = await spent()
  const { address, heard } = await echo()
  const open = await socketWith(client, address, address)
  await new Promise((resolve) => open.addEventListener('message', resolve))

  await client.logout()
  await closed(open)
  await client.setTokens(login.signIn({ sub: 'bob' }))
  const connecting = await socketWith(client, address, address)
  await client.logout()
  await closed(connecting)

  expect(heard).toHaveLength(1)
})

it('a WebSocket gets no token of a user who signs out while it is asked for', async () => {
  const { client, login } = await spent()
  const { address, heard } = await echo()

  for (let turns = 0; turns < 20; turns += 1) {
    await client.setTokens(login.signIn())
    const opening = socketWith(client, address, address).catch(() => undefined)
    for (let turn = 0; turn < turns; turn += 1) await undefined
    await client.logout()
    const socket = await opening
    if (socket) await closed(socket)
  }

  expect(heard).toEqual([])
})

function closed(socket: globalThis.WebSocket): Promise<unknown> {
  socket.addEventListener('error', () => {})
  return new Promise((resolve) => {
    if (socket.readyState === socket.CLOSED) resolve(undefined)
    socket.addEventListener('close', resolve)
  })
}

/** Says back what it hears. */
async function echo() {
  const server = createServer()
  const heard: string[] = []
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket: WebSocket) =>
    socket.on('message', (data) => {
      heard.push(String(data))
      socket.send('welcome')
    }),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    await new Promise((resolve) => sockets.close(resolve))
    await new Promise((resolve) => server.close(resolve))
  })
  return { address: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, heard }
}
