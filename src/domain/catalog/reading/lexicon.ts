/** What a language's words about places are, for the reader. One file per language holds them. */
export interface Lexicon {
  readonly good: ReadonlyArray<string>
  readonly bad: ReadonlyArray<string>
  /** Turns of phrase with their weight; what they cover is not read again word by word. */
  readonly phrases: ReadonlyArray<readonly [weight: number, phrases: string]>
  /** Of all these, what tells others to stay away. */
  readonly avoid: ReadonlyArray<string>
  readonly negations: ReadonlyArray<string>
  readonly intensifiers: ReadonlyArray<string>
  /** What speaks of the place behind it rather than before it. */
  readonly reaching: ReadonlyArray<string>
  /** What comes after it counts more than what came before. */
  readonly contrast: RegExp
  /** What stands behind it counts less. */
  readonly concessive: RegExp
  /** Somebody else's opinion. */
  readonly hearsay: RegExp
  /** Everybody's opinion, told from outside. */
  readonly hype: RegExp
  readonly sarcasm: ReadonlyArray<RegExp>
  /** Those that are told so speak of the place behind them. */
  readonly patterns: ReadonlyArray<readonly [weight: number, pattern: RegExp, reaching?: boolean]>
  /** Tested against what stands between two places of one sentence. */
  readonly comparisons: {
    readonly firstWins: ReadonlyArray<RegExp>
    readonly secondWins: ReadonlyArray<RegExp>
    /** The first is warned of, and the second is where to go. */
    readonly firstLoses: ReadonlyArray<RegExp>
  }
  /** Tested against what stands before a place: it is the measure of others. */
  readonly praisesNext: RegExp
  /** … it is only what another is compared with. */
  readonly passesBy: RegExp
  /** … it is what not to take. */
  readonly instead: RegExp
}
