/** What servers of one database show each other: whoever has it is one of them. Worked out from the secret that they share. */
import * as Context from "effect/Context"

export class Peers extends Context.Service<
  Peers,
  {
    /** Sent along with what is passed on. Never logged, never sent to a client. */
    readonly mark: string
    /** Whether a request that shows this was passed on by one of them. */
    readonly isPeer: (shown: string | undefined) => boolean
  }
>()("overplanned/Peers") {}
