import type { Note } from './note'

/** What an audience gets to see, in a terminal or on the page: notes, with clients' events put into words, and equal ones as one line. */
export type Told = Exclude<Note, { type: 'client-event' | 'said' }> | Line

export interface Line {
  readonly type: 'line'
  readonly at: number
  /** Who does something: a client, or `''` for the story itself. */
  readonly who: string
  readonly tone: Tone
  readonly text: string
  /** How often it happened without a pause: fifty parallel calls are one line. */
  readonly times: number
}

/** What kind of thing happened; decides its colour and sign. */
export type Tone = 'story' | 'request' | 'accepted' | 'refused' | 'decision' | 'refresh' | 'end' | 'other'
