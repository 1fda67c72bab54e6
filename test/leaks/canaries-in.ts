/** Secrets that tests make up begin with this word; nothing else that is printed holds it. */
const canary = /\bcanary[-_+%](?:[\w.~+/%-]{2,})/g

/** The lines of a text, from 1, in which a made-up secret shows. */
export function canariesIn(text: string): readonly number[] {
  return text.split('\n').flatMap((line, index) => (line.search(canary) < 0 ? [] : [index + 1]))
}
