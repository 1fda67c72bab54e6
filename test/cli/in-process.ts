import type { Io } from '../../src/cli/io'
import { run } from '../../src/cli/program'
import type { Outcome } from './command-line'

/** `explain --from -` in this process: for many texts, which need no process each. */
export function explained(input: string, args: readonly string[] = []): Promise<Outcome> {
  return outcomeOf(['explain', '--from', '-', ...args], input)
}

/** `decode`, likewise. */
export function decoded(input: string, args: readonly string[] = []): Promise<Outcome> {
  return outcomeOf(['decode', ...args], input)
}

async function outcomeOf(args: readonly string[], input: string): Promise<Outcome> {
  const [out, complaints]: [string[], string[]] = [[], []]
  const io: Io = {
    print: (text) => void out.push(text),
    complain: (text) => void complaints.push(text),
    env: {},
    colour: false,
    read: async () => input,
    now: () => Date.parse('2026-01-15T12:00:00Z'),
    version: () => '0',
    send: () => Promise.reject(new Error('nothing is sent')),
  }
  const code = await run(args, io)
  return { code, out: out.join('\n'), complaints: complaints.join('\n') }
}
