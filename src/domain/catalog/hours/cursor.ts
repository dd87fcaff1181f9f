/** A place in the tokens of one value, and what every part of the parser asks of it. */
import type { Token } from "./lexer.ts"
import { HoursProblem } from "./model.ts"

export class Cursor {
  protected at = 0
  private readonly tokens: ReadonlyArray<Token>

  constructor(tokens: ReadonlyArray<Token>) {
    this.tokens = tokens
  }

  protected peek(ahead = 0): Token | undefined {
    return this.tokens[this.at + ahead]
  }

  protected isSign(token: Token | undefined, value: string): boolean {
    return token?.type === "sign" && token.name === value
  }

  protected sign(value: string): boolean {
    if (!this.isSign(this.peek(), value)) return false
    this.at++
    return true
  }

  protected yearHere(ahead = 0): boolean {
    const token = this.peek(ahead)
    return token?.type === "number" && token.digits === 4 && token.value >= 1900 && token.value < 2200
  }

  protected number(what: string): number {
    const token = this.peek()
    if (token?.type !== "number") throw this.fail(`${what} is missing`)
    this.at++
    return token.value
  }

  protected fail(message: string): HoursProblem {
    const token = this.peek() ?? this.tokens[this.tokens.length - 1]
    return new HoursProblem({ kind: "syntax", at: token?.at ?? 0, message })
  }

  protected unsupported(message: string): HoursProblem {
    return new HoursProblem({ kind: "unsupported", at: this.peek()?.at ?? 0, message })
  }
}
