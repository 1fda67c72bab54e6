import type { World } from './world'

/** The nonces of one server: a new one every so often, the one before it still good (RFC 9449 §8.2). */
export class Nonces {
  constructor(
    private readonly world: World,
    private readonly name: string,
    private readonly lifetime: number | undefined,
  ) {}

  get current(): string | undefined {
    return this.lifetime === undefined ? undefined : this.of(this.turn)
  }

  /** Whether a proof with that nonce is taken. */
  takes(nonce: string | undefined): boolean {
    return this.lifetime === undefined || nonce === this.of(this.turn) || nonce === this.of(this.turn - 1)
  }

  /** Whether it is one of this server's at all. */
  owns(nonce: string): boolean {
    return nonce.startsWith(`${this.name}~`)
  }

  private get turn(): number {
    return Math.floor(this.world.scheduler.now / (this.lifetime ?? 1))
  }

  private of(turn: number): string {
    return `${this.name}~${turn}`
  }
}
