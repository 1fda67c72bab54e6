import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gql } from '@apollo/client'
import { onlineManager } from '@tanstack/query-core'
import { expect, it, onTestFinished } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { apolloWith } from '../apollo-client'
import { onSessionChange } from '../on-session-change'
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
