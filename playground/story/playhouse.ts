import type { Act, ActResult } from './act'
import { acts } from './acts'
import { Narrator } from './narrator'
import { playAct } from './play-act'
import { Stage } from './stage'
import type { Told } from './told'

/** Plays acts before an audience: one at a time, since their figures are differences of the servers' counters. */
export class Playhouse {
  readonly acts: readonly Act[] = acts
  readonly #audience = new Set<(told: Told) => void>()
  readonly #told: Told[] = []
  readonly #stage: Stage
  #lastAct: Promise<unknown> = Promise.resolve()

  private constructor(stage: Stage) {
    this.#stage = stage
  }

  static async open(): Promise<Playhouse> {
    const narrator = new Narrator((told) => house.#show(told))
    const house = new Playhouse(await Stage.build((note) => narrator.hear(note)))
    return house
  }

  /** Where the servers are, for those who want to look behind the scene. */
  get servers(): { readonly authorizationServer: string; readonly api: string } {
    return { authorizationServer: this.#stage.authorizationServer.issuer, api: this.#stage.api.origin }
  }

  /** @returns how to leave. */
  watch(audience: (told: Told) => void): () => void {
    this.#audience.add(audience)
    return () => this.#audience.delete(audience)
  }

  /** What has been told so far, for those who come late. */
  get told(): readonly Told[] {
    return this.#told
  }

  play(act: Act): Promise<ActResult> {
    const played = this.#lastAct.then(() => playAct(act, this.#stage))
    this.#lastAct = played
    return played
  }

  playAll(): Promise<ActResult[]> {
    return Promise.all(this.acts.map((act) => this.play(act)))
  }

  close(): Promise<void> {
    return this.#stage.close()
  }

  #show(told: Told): void {
    if (told.type !== 'waiting') this.#told.push(told)
    if (this.#told.length > 1_000) this.#told.shift()
    for (const audience of this.#audience) audience(told)
  }
}
