import { AuthenticatedClient, memoryStore } from 'authenticated-client'
import type { Act } from '../act'
import { answered } from '../answered'
import { figure } from '../figure'

export const twoClients: Act = {
  id: 'two-clients',
  title: 'Two clients on one store',
  promise: 'They share one session, and one refresh.',

  async run(stage) {
    const { authorizationServer, api } = stage
    const store = memoryStore()
    const [first, second] = ['client 1', 'client 2'].map((name) =>
      stage.watch(
        name,
        (onEvent) =>
          new AuthenticatedClient({
            tokenEndpoint: authorizationServer.tokenEndpoint,
            clientId: authorizationServer.web.clientId,
            allowedOrigins: [api.origin],
            store,
            onEvent,
          }),
      ),
    ) as [AuthenticatedClient, AuthenticatedClient]

    const tokens = await stage.signIn()
    await first.setTokens(tokens)
    await stage.untilExpired(tokens)
    const counted = stage.countFromNow()

    const calls = Array.from({ length: 20 }, (_, index) => (index % 2 ? first : second).fetch(`${api.origin}/me`))
    const replies = await answered(...calls)

    const seen = counted()
    return [
      figure('calls answered', 20, replies),
      figure('requests accepted', 20, seen.accepted),
      figure('token requests', 1, seen.tokenRequests),
      figure('refreshes', 1, seen.refreshes),
    ]
  },
}
