/** What test files ask of the coordinator that runs once per `npm test`, and what it answers. */
declare module "vitest" {
  interface ProvidedContext {
    readonly harness: string
  }
}

export type ServiceName = "postgres" | "redis" | "qdrant"

export type Found =
  | {
      readonly available: true
      /** For people: what it is and where it came from. */
      readonly backend: string
      readonly url: string
      /** PostgreSQL only: whether the `vector` extension can be created. */
      readonly pgvector?: boolean
    }
  | { readonly available: false; readonly reason: string }

/** How one contract suite went on one implementation. */
export interface SuiteRecord {
  readonly suite: string
  readonly implementation: string
  readonly outcome: "passed" | "failed" | "skipped"
  /** The backend it ran against, or why it was skipped. */
  readonly detail: string
}

export interface Requests {
  readonly find: { readonly request: { readonly service: ServiceName }; readonly response: Found }
  /** A database of one's own; migrated unless asked for an empty one. */
  readonly createDatabase: {
    readonly request: { readonly empty: boolean }
    readonly response: { readonly url: string } | { readonly problem: string }
  }
  readonly dropDatabase: { readonly request: { readonly url: string }; readonly response: null }
  readonly record: { readonly request: SuiteRecord; readonly response: null }
}

export interface Running {
  readonly found: Found
  readonly stop: () => Promise<void>
}
