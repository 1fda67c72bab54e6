import { AuthenticatedClient, isAuthError } from 'authenticated-client'
import { api, authorizationServer, fault, testClock, testFetch } from 'authenticated-client/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createSdk } from '../../sdk-author'
import { axiosWith } from '../axios'
import { kyWith } from '../ky'
import { ofetchWith } from '../ofetch'
import { openapiWith } from '../openapi-fetch'
import { supabaseWith } from '../supabase'
import { meQuery, queryClient } from '../tanstack-query'
import { wretchWith } from '../wretch'
import { type Setting, spent, twenty } from './servers'

interface Echo {
  readonly sub: string
  readonly body: string
}

type Library = (setting: Setting) => { get(n: number): Promise<Echo>; post?(n: number): Promise<Echo> }

const libraries: Record<string, Library> = {
  axios({ client, shop }) {
    const api = axiosWith(client, shop.origin)
    return {
      get: async () => (await api.get('/me')).data,
      post: async (n) => (await api.post('/notes', { n })).data,
    }
  },
  ky({ client, shop }) {
    const api = kyWith(client, shop.origin)
    return { get: () => api.get('me').json(), post: (n) => api.post('notes', { json: { n } }).json() }
  },
  ofetch({ client, shop }) {
    const api = ofetchWith(client, shop.origin)
    return { get: () => api('/me'), post: (n) => api('/notes', { method: 'POST', body: { n } }) }
  },
  wretch({ client, shop }) {
    const api = wretchWith(client, shop.origin)
    return { get: () => api.url('/me').get().json(), post: (n) => api.url('/notes').json({ n }).post().json() }
  },
  'openapi-fetch'({ client, shop }) {
    const api = openapiWith(client, shop.origin)
    return {
      get: async () => (await api.GET('/me')).data as Echo,
      post: async (n) => (await api.POST('/notes', { body: { text: `${n}` } })).data as Echo,
    }
  },
  'TanStack Query'({ client, shop }) {
    const queries = queryClient(client)
    return { get: (n) => queries.fetchQuery({ ...meQuery(client, `${shop.origin}/me`), queryKey: ['me', n] }) as Promise<Echo> }
  },
  'supabase-js'({ client, shop }) {
    const supabase = supabaseWith(client, shop.origin, 'publishable-key')
    return {
      get: async () => (await supabase.from('me').select()).data as unknown as Echo,
      post: async (n) => (await supabase.from('notes').insert({ n }).select()).data as unknown as Echo,
    }
  },
  'an SDK that takes a fetch'({ client, shop }) {
    const sdk = createSdk({ baseUrl: shop.origin, fetch: client.fetch })
    return { get: async () => (await sdk.me()) as Echo }
  },
}

describe.each(Object.entries(libraries))('%s', (_, library) => {
  it('makes twenty calls on an expired token: one refresh, twenty replies', async () => {
    const setting = await spent()
    const { get } = library(setting)

    const replies = await twenty(get)

    expect(replies.map(({ sub }) => sub)).toEqual(Array(20).fill('ada'))
    expect([setting.login.refreshes, setting.login.reuses]).toEqual([1, 0])
  })
})

describe.each(Object.entries(libraries).filter(([name]) => !/TanStack|SDK/.test(name)))('%s', (_, library) => {
  it('sends twenty bodies again, whole', async () => {
    const setting = await spent()
    const { post } = library(setting)

    const replies = await twenty((n) => (post as NonNullable<typeof post>)(n))

    expect(replies.map(({ body }) => /\d+/.exec(body)?.[0])).toEqual(Array.from({ length: 20 }, (_, n) => `${n}`))
    expect([setting.login.refreshes, setting.login.reuses]).toEqual([1, 0])
  })
})

describe('what a failed refresh is to', () => {
  it('axios: an AxiosError with its code, and the AuthError as its cause', async () => {
    const { client, login, shop } = await spent()
    login.always(fault('service-unavailable'))

    const error = await thrownBy(axiosWith(client, shop.origin).get('/me'))

    expect(error).toMatchObject({ isAxiosError: true, code: 'ERR_REFRESH_UNAVAILABLE' })
    expect([isAuthError(error), isAuthError(error.cause, 'ERR_REFRESH_UNAVAILABLE')]).toEqual([false, true])
  })

  it.each(['ky', 'TanStack Query'])('%s: an AuthError, which it does not try again', async (name) => {
    const setting = await spent()
    const { login, shop } = setting
    login.always(fault('invalid-client'))

    const error = await thrownBy(libraries[name]?.(setting).get(1))

    expect(isAuthError(error, 'ERR_TOKEN_ENDPOINT')).toBe(true)
    expect([login.requests.length, shop.requests.length]).toEqual([1, 1])
  })
})

it('axios: a body of 2 MiB is sent again, whole', async () => {
  const { client, shop } = await spent(({ text }) => Response.json({ length: text.length }))

  const { data } = await axiosWith(client, shop.origin).post('/notes', 'x'.repeat(2 * 1024 * 1024))

  expect(data).toEqual({ length: 2 * 1024 * 1024 })
})

it('ky: waits for a refresh that with the two sends takes longer than its own default', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const login = authorizationServer()
  const shop = api({ authorizationServer: login })
  const fetch = testFetch(login, shop)
  const client = new AuthenticatedClient({
    tokenEndpoint: login.tokenEndpoint,
    clientId: 'app',
    baseUrl: shop.origin,
    fetch,
    clock: testClock(),
  })
  await client.setTokens(login.signIn({ sub: 'ada' }))
  login.spoilAccessTokens()
  login.next((_request, usual) => new Promise((resolve) => setTimeout(() => resolve(usual()), 11_000)))

  const me = kyWith(client, shop.origin).get('me').json()
  me.catch(() => {})
  await vi.advanceTimersByTimeAsync(12_000)

  expect(await me).toMatchObject({ sub: 'ada' })
})

describe('TanStack Query', () => {
  // A 401 was answered by then: with one refresh and one replay.
  it.each([
    [401, 2],
    [403, 1],
    [404, 1],
  ])('does not try again what a %s refused', async (status, sends) => {
    const { client, shop } = await spent()
    shop.always(() => new Response(null, { status }))
    const asked = queryClient(client).fetchQuery(meQuery(client, `${shop.origin}/me`))

    await expect(asked).rejects.toMatchObject({ status })

    expect(shop.requests.length).toBe(sends)
  })

  it('tries again what an outage refused', async () => {
    const { client, shop } = await spent()
    shop.next(fault('bad-gateway'))

    const me = await queryClient(client).fetchQuery({ ...meQuery(client, `${shop.origin}/me`), retryDelay: 0 })

    expect(me).toMatchObject({ sub: 'ada' })
  })
})

async function thrownBy(call: Promise<unknown> | undefined): Promise<Error> {
  return Promise.resolve(call).then(() => new Error('Nothing was thrown'), Object)
}
