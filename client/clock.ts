/**
 * What time it is by the server's clock: the one of a phone may be wrong by days. Heard from the `Date` of its answers; where
 * none was heard yet, and where both nearly agree, the device's own clock stands.
 */

/** An answer names whole seconds and takes a moment; what differs by less is no wrong clock. */
const WRONG_FROM_MS = 120_000

export class ServerClock {
  #ahead = 0

  /** How far the server's clock is ahead of this device's, in milliseconds; 0 where they nearly agree. */
  get ahead(): number {
    return this.#ahead
  }

  readonly now = (): number => Date.now() + this.#ahead

  hear(date: string | null): void {
    const said = Date.parse(date ?? "")
    if (Number.isNaN(said)) return
    const ahead = said - Date.now()
    this.#ahead = Math.abs(ahead) < WRONG_FROM_MS ? 0 : ahead
  }
}
