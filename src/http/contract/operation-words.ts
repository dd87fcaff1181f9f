/** What is said of an operation of the contract. */
export interface OperationWords {
  readonly summary: string
  readonly description: string
  /** The body of a request that makes sense as it stands. */
  readonly body?: unknown
}
