import { gql, type TypedDocumentNode } from '@apollo/client'
import { createTRPCClient, httpBatchLink } from '@trpc/client'
import { initTRPC, TRPCError } from '@trpc/server'
import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import { describe, expect, it } from 'vitest'
import { apolloWith } from '../apollo-client'
import { graphqlRequestWith } from '../graphql-request'
import { trpcWith } from '../trpc'
import { appRouter } from '../trpc-router'
import { urqlWith } from '../urql'
import { type Setting, spent, twenty } from './servers'

const query = '{ me { sub } }'

const libraries: Record<string, (setting: Setting) => (n: number) => Promise<{ sub: string }>> = {
  'Apollo Client'({ client, shop }) {
    const apollo = apolloWith(client, `${shop.origin}/graphql`)
    const me: TypedDocumentNode<{ me: { sub: string } }> = gql(query)
    return async () => {
      const { data } = await apollo.query({ query: me, fetchPolicy: 'network-only', context: { queryDeduplication: false } })
      return data?.me ?? { sub: '' }
    }
  },
  urql({ client, shop }) {
    const urql = urqlWith(client, `${shop.origin}/graphql`)
    return async (n) => (await urql.query(query, { n }).toPromise()).data.me
  },
  'graphql-request'({ client, shop }) {
    const graphql = graphqlRequestWith(client, `${shop.origin}/graphql`)
    return async () => (await graphql.request<{ me: { sub: string } }>(query)).me
  },
}

describe.each(Object.entries(libraries))('%s', (_, library) => {
  it('makes twenty queries on an expired token: one refresh, twenty replies', async () => {
    const setting = await spent((_request, { sub }) => Response.json({ data: { me: { sub } } }))
    const me = library(setting)

    const replies = await twenty(me)

    expect(replies.map(({ sub }) => sub)).toEqual(Array(20).fill('ada'))
    expect([setting.login.refreshes, setting.login.reuses]).toEqual([1, 0])
  })
})

describe('tRPC', () => {
  it('makes twenty queries on an expired token: one refresh, twenty replies', async () => {
    const { client, login, shop } = await spent(({ url, method, headers }, { sub }) =>
      fetchRequestHandler({
        endpoint: '/trpc',
        router: appRouter,
        req: new Request(url, { method, headers }),
        createContext: () => ({ sub }),
      }),
    )
    const trpc = trpcWith(client, `${shop.origin}/trpc`)

    const replies = await twenty(() => trpc.me.query())

    expect(replies).toEqual(Array(20).fill({ sub: 'ada' }))
    expect([login.refreshes, login.reuses]).toEqual([1, 0])
  })

  it('sends a batch again that is refused as a whole, and hands back one that is refused in part: the rest was done', async () => {
    const { client, login, shop } = await spent()
    const { procedure, router } = initTRPC.context<{ readonly sub: string | undefined }>().create()
    const both = router({
      news: procedure.query(() => 'news'),
      me: procedure.query(({ ctx: { sub } }) => {
        if (sub === undefined) throw new TRPCError({ code: 'UNAUTHORIZED' })
        return sub
      }),
    })
    shop.always(({ url, method, headers }) => {
      const token = headers.get('authorization')?.slice('Bearer '.length) ?? ''
      const createContext = () => ({ sub: login.tokens.accepts(token)?.family.sub })
      return fetchRequestHandler({ endpoint: '/trpc', router: both, req: new Request(url, { method, headers }), createContext })
    })
    const trpc = createTRPCClient<typeof both>({ links: [httpBatchLink({ url: `${shop.origin}/trpc`, fetch: client.fetch })] })

    const inPart = await Promise.allSettled([trpc.news.query(), trpc.me.query()])
    const whole = await Promise.all([trpc.me.query(), trpc.me.query()])

    expect(inPart).toMatchObject([{ value: 'news' }, { reason: { data: { code: 'UNAUTHORIZED' } } }])
    expect(whole).toEqual(['ada', 'ada'])
    expect(login.refreshes).toBe(1)
  })
})
