import { RefreshUnavailableError } from 'authenticated-client'
import type { Act } from '../act'
import { answered } from '../answered'
import { figure } from '../figure'
import { webClient } from '../web-client'

export const outage: Act = {
  id: 'outage',
  title: 'The token endpoint is down',
  promise: 'Fifty calls fail after one attempt that they share; the session is kept, and works again afterwards.',

  async run(stage) {
    const { authorizationServer, api } = stage
    let logouts = 0
    const tokens = await stage.signIn()
    const client = webClient(stage, tokens, { onLogout: () => void logouts++ })
    await stage.untilExpired(tokens)
    const counted = stage.countFromNow()

    stage.say('the token endpoint goes down')
    authorizationServer.outage(true)
    const calls = await Promise.allSettled(Array.from({ length: 50 }, () => client.fetch(`${api.origin}/me`)))
    const errors = calls.flatMap((call) =>
      call.status === 'rejected' && call.reason instanceof RefreshUnavailableError ? [call.reason] : [],
    )
    const during = counted()
    const sessionDuring = client.state.status

    stage.say('the token endpoint is back')
    authorizationServer.outage(false)
    await stage.untilPast(Math.max(...errors.map((error) => error.retryAt ?? 0)), 'the cool-down is over')
    const replies = await answered(client.fetch(`${api.origin}/me`))

    const seen = counted()
    return [
      figure('calls that failed', 50, errors.length),
      figure('token requests answered 503', 1, during.unavailable),
      figure('session meanwhile', 'authenticated', sessionDuring),
      figure('refreshes afterwards', 1, seen.refreshes),
      figure('calls answered afterwards', 1, replies),
      figure('requests accepted', 1, seen.accepted),
      figure('logouts', 0, logouts),
    ]
  },
}
