// What your server exports; the client only needs its type.
import { initTRPC } from '@trpc/server'

const t = initTRPC.context<{ readonly sub: string }>().create()

export const appRouter = t.router({
  me: t.procedure.query(({ ctx }) => ({ sub: ctx.sub })),
})

export type AppRouter = typeof appRouter
