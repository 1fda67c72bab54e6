import type { Act } from '../act'
import { figure } from '../figure'
import { slowClock } from '../slow-clock'
import { webClient } from '../web-client'

export const revoked: Act = {
  id: 'revoked',
  title: 'The refresh token is revoked',
  promise: 'The session ends once: every call gets its own 401, and onLogout is called once.',

  async run(stage) {
    const { authorizationServer, api } = stage
    const logouts: string[] = []
    const tokens = await stage.signIn({ user: 'bob' })
    const client = webClient(stage, tokens, { clock: slowClock, onLogout: ({ reason }) => void logouts.push(reason) })
    await stage.untilExpired(tokens)
    const counted = stage.countFromNow()

    stage.say('an administrator revokes the session')
    await authorizationServer.revoke('bob')
    const calls = await Promise.allSettled(Array.from({ length: 10 }, () => client.fetch(`${api.origin}/me`)))
    const refused = calls.filter((call) => call.status === 'fulfilled' && call.value.status === 401)

    const seen = counted()
    return [
      figure('401s from the API', 10, seen.unauthorized),
      figure('calls that got their own 401', 10, refused.length),
      figure('refreshes rejected', 1, seen.rejections),
      figure('onLogout calls', 1, logouts.length),
      figure('reason given to onLogout', 'refresh_rejected', [...new Set(logouts)].join(', ')),
      figure('session', 'ended', client.state.status),
    ]
  },
}
