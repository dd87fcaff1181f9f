/** The token at hand, renewed before it runs out, and once more when the server says that it did. */

export interface Claims {
  readonly sub: string
  readonly role?: string
  readonly iat?: number
  readonly exp?: number
}

/** What a token says of itself; undefined where it is no token at all. The server judges it, not this. */
export const claimsOf = (token: string): Claims | undefined => {
  const parts = token.split(".")
  if (parts.length !== 3) return undefined
  try {
    const bytes = Uint8Array.from(atob(parts[1]!.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0))
    const claims = JSON.parse(new TextDecoder().decode(bytes))
    return typeof claims?.sub === "string" ? claims : undefined
  } catch {
    return undefined
  }
}

export type Renew = (token: string) => Promise<string | undefined>

/** A token is renewed when this share of its life is over. */
const RENEW_AFTER = 0.5

/** Nothing is renewed more often than this, whatever a token says of its life. */
const RENEW_AT_MOST_EVERY_MS = 30_000

/** Age is measured from when the token came here, by a clock that nobody can set: a phone's date may be wrong by days. */
export class TokenKeeper {
  #token: string | undefined
  #renew: Renew
  #since: number
  #looked = Number.NEGATIVE_INFINITY
  #answered = Number.NEGATIVE_INFINITY
  #renewing: Promise<string | undefined> | undefined
  #listeners = new Set<(token: string) => void>()

  constructor(token: string | undefined, renew: Renew) {
    this.#token = token
    this.#renew = renew
    this.#since = performance.now()
  }

  get token(): string | undefined {
    return this.#token
  }

  /** Calls back with every new token, until the function that it gives is called. */
  onToken(listener: (token: string) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Begins to renew a token that is half over; who asks goes on with the one at hand. */
  look(): void {
    const claims = this.#token === undefined ? undefined : claimsOf(this.#token)
    if (claims?.exp === undefined || claims.iat === undefined) return
    const now = performance.now()
    const over = now - this.#since > (claims.exp - claims.iat) * 1000 * RENEW_AFTER
    if (!over || now - this.#looked < RENEW_AT_MOST_EVERY_MS) return
    this.#looked = now
    this.renewed().catch(() => {})
  }

  /**
   * A new token for the one that was turned away; undefined where there is none to be had. One renewal for all who ask. Rejects
   * where nobody said either: that is no reason to sign anybody out, and may be asked again at once.
   */
  renewed(refused = this.#token): Promise<string | undefined> {
    if (refused !== this.#token) return Promise.resolve(this.#token)
    if (this.#renewing !== undefined) return this.#renewing
    if (refused === undefined || performance.now() - this.#answered < RENEW_AT_MOST_EVERY_MS) {
      return Promise.resolve(undefined)
    }
    this.#renewing = this.#renew(refused)
      .then((token) => {
        this.#answered = performance.now()
        if (token !== undefined) this.#take(token)
        return token
      })
      .finally(() => {
        this.#renewing = undefined
      })
    return this.#renewing
  }

  #take(token: string): void {
    this.#token = token
    this.#since = performance.now()
    for (const listener of [...this.#listeners]) listener(token)
  }
}
