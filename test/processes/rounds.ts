import type { Answer, Crew, Member } from './crew.ts'
import type { Point } from './protocol.ts'
import type { Paused, TokenServer } from './token-server.ts'

/** What a round came to. */
export interface Round {
  readonly answers: readonly (Answer | undefined)[]
  readonly redemptions: number
  readonly replays: number
  /** From the death of the victim until the last answer, in milliseconds. */
  readonly recovery: number
  /** What those who are left have heard, in this round. */
  readonly logouts: readonly string[]
}

export type Moment = Point | 'sent' | 'rotated-not-received'

export const moments: readonly Moment[] = ['waiting', 'locked', 'sent', 'rotated-not-received', 'received-not-saved', 'saved-not-released']

/** Every access token is refused; everybody calls at once. */
export async function plainRound(server: TokenServer, crew: Crew): Promise<Round> {
  return count(server, crew, async (calls) => ({ answers: await Promise.all(calls()), since: Date.now() }))
}

/** The same, and one is killed (kill -9) at `moment`. Somebody is hired in its place. */
export async function killRound(server: TokenServer, crew: Crew, moment: Moment): Promise<Round> {
  const round = await count(server, crew, async (calls) => {
    const met = meet(server, crew, moment)
    const answers = calls()
    const { member, goOn } = await met
    const since = Date.now()
    await member.kill()
    goOn()
    return { answers: await Promise.all(answers), since }
  })
  await crew.hire()
  return round
}

/**
 * The same, and one is stopped (SIGSTOP) at `moment`, until all others wait for it, or until they were served without it; then it goes on.
 */
export async function stopRound(
  server: TokenServer,
  crew: Crew,
  moment: Moment,
  until: 'others wait' | 'others are served',
): Promise<Round> {
  return count(server, crew, async (calls) => {
    const met = meet(server, crew, moment)
    const answers = calls()
    const { member, goOn } = await met
    member.stop()
    const others = crew.members.filter((other) => other !== member)
    // Who comes after the save finds the new tokens, and needs no lock.
    const waitsOrIsServed = (other: Member) => Promise.race([other.at('waiting'), answers[crew.members.indexOf(other)]])
    if (until === 'others wait') await Promise.all(others.map(waitsOrIsServed))
    // Nobody else stops where this one has.
    for (const other of others) {
      other.tell({ type: 'arm', point: undefined })
      other.tell({ type: 'go' })
    }
    if (until === 'others are served') await Promise.all(answers.filter((_, index) => crew.members[index] !== member))
    const since = Date.now()
    goOn()
    member.resume()
    return { answers: await Promise.all(answers), since }
  })
}

/** The first one to get to `moment`, which stops there. */
export async function meet(
  server: TokenServer,
  crew: Crew,
  moment: Moment,
): Promise<{ readonly member: Member; readonly goOn: () => void }> {
  const { members } = crew
  if (moment === 'sent' || moment === 'rotated-not-received') {
    const paused: Paused = await server.pause(moment === 'sent' ? 'arrived' : 'rotated')
    return { member: members.find(({ name }) => name === paused.member) as Member, goOn: paused.letGo }
  }
  // One waits only while another one holds the lock.
  const point = moment === 'waiting' ? 'locked' : moment
  for (const member of members) member.tell({ type: 'arm', point })
  const holder = await Promise.race(members.map((member) => member.at(point, true)))
  const goOn = (): void => {
    for (const member of members) {
      member.tell({ type: 'arm', point: undefined })
      member.tell({ type: 'go' })
    }
  }
  if (moment !== 'waiting') return { member: holder, goOn }
  const others = members.filter((member) => member !== holder)
  await Promise.all(others.map((member) => member.at('waiting')))
  return { member: others[0] as Member, goOn }
}

async function count(
  server: TokenServer,
  crew: Crew,
  play: (calls: () => readonly Promise<Answer | undefined>[]) => Promise<{ answers: readonly (Answer | undefined)[]; since: number }>,
): Promise<Round> {
  const { redemptions, replays } = server
  const heard = new Map(crew.members.map((member) => [member, member.logouts.length]))
  server.spoil()
  const { answers, since } = await play(() => crew.members.map((member) => member.call()))
  return {
    answers,
    redemptions: server.redemptions - redemptions,
    replays: server.replays - replays,
    recovery: Date.now() - since,
    logouts: crew.members.flatMap((member) => member.logouts.slice(heard.get(member) ?? 0)),
  }
}
