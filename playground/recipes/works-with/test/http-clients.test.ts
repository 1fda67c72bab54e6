import { describe, expect, it } from 'vitest'
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
    return { get: (n) => queries.fetchQuery(meQuery(client, `${shop.origin}/me`, n)) as Promise<Echo> }
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
