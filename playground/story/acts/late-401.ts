import type { Act } from '../act'
import { answered } from '../answered'
import { figure } from '../figure'
import { slowClock } from '../slow-clock'
import { webClient } from '../web-client'

export const late401: Act = {
  id: 'late-401',
  title: 'A late 401 for the old token',
  promise: 'The client has a newer token by then: it sends the call again, without a second refresh.',

  async run(stage) {
    const { api } = stage
    const tokens = await stage.signIn()
    const client = webClient(stage, tokens, { clock: slowClock })
    await stage.untilExpired(tokens)
    const counted = stage.countFromNow()

    const held = api.holdBack()
    const late = client.fetch(`${api.origin}/slow/me`)
    await held.firstArrived
    stage.say('its 401 is held back, while another call refreshes')
    const other = client.fetch(`${api.origin}/me`)
    await other
    const inTime = counted()

    stage.say('the 401 is let go')
    held.release()
    const replies = await answered(late, other)

    const seen = counted()
    return [
      figure('refreshes before the late 401', 1, inTime.refreshes),
      figure('refreshes after it', 0, seen.refreshes - inTime.refreshes),
      figure('401s', 2, seen.unauthorized),
      figure('calls answered', 2, replies),
      figure('requests accepted', 2, seen.accepted),
    ]
  },
}
