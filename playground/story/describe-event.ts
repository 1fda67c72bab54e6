import type { ClientEvent } from 'authenticated-client'
import type { Tone } from './told'

interface Description {
  readonly tone: Tone
  readonly text: string
}

/** A client's event in a reader's words: by its name and plain values where there are none here, `undefined` where it adds nothing. */
export function describeEvent(event: ClientEvent): Description | undefined {
  switch (event.type) {
    case 'request': {
      const credentials = event.scheme ? `with token ${event.generation}` : 'without credentials'
      const again = event.attempt > 0 ? 'again, ' : ''
      return { tone: 'request', text: `${event.method} ${new URL(event.url).pathname} ${again}${credentials}` }
    }
    case 'response': {
      const challenges = event.challenges.map(({ scheme, error }) => (error ? `${scheme} error="${error}"` : scheme))
      return { tone: event.status < 400 ? 'accepted' : 'refused', text: [event.status, ...challenges].join(' · ') }
    }
    case 'decision':
      if (event.reason === 'not about credentials') return undefined // The answer before it has said so.
      return { tone: 'decision', text: `${event.action}: ${event.reason} (row ${event.row} of the decision table)` }
    case 'refresh-started':
      return { tone: 'refresh', text: `refresh starts: ${event.generation === 0 ? 'there is no token yet' : causes[event.because]}` }
    case 'refresh-ended':
      return { tone: 'refresh', text: `${event.outcome}${outcomes[event.outcome] ?? ''}` }
    case 'session-changed':
      return {
        tone: 'other',
        text: `session ${event.state.status}${'generation' in event.state ? `, token ${event.state.generation}` : ''}`,
      }
    case 'logout':
      return { tone: 'end', text: `logout: ${event.reason}` }
    default:
      return { tone: 'other', text: inItsOwnWords(event) }
  }
}

const causes = {
  unauthorized: 'the API answered 401',
  spent: 'the token has expired, or is about to',
  ahead: 'the token will expire soon',
  asked: 'the app asked for it',
}
const outcomes: Readonly<Record<string, string>> = {
  adopted: ': another client of this store was quicker',
  unavailable: ': the session is kept',
  misconfigured: ': the session is kept',
}

function inItsOwnWords(event: ClientEvent): string {
  const { type, at, ...values } = event
  const plain = Object.entries(values).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
  return [type.replaceAll('-', ' '), ...plain.map(([name, value]) => `${name} ${value}`)].join(' · ')
}
