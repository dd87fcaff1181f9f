/** Training ends when what it learns no longer carries over to what it has not seen; the best weights so far are kept. */

export class EarlyStopping {
  best = Number.NEGATIVE_INFINITY
  bestAt = 0
  private readonly patience: number

  /** `patience`: epochs without a better value after which it is over. */
  constructor(patience: number) {
    this.patience = patience
  }

  /** Whether this is the best so far. */
  better(epoch: number, value: number): boolean {
    if (!(value > this.best)) return false
    this.best = value
    this.bestAt = epoch
    return true
  }

  over(epoch: number): boolean {
    return epoch - this.bestAt >= this.patience
  }
}
