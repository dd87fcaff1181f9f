/** A command that cannot be carried out as it was given: one sentence, and exit code 2. */
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"

export class Refused extends Schema.TaggedError<Refused>()("Refused", { message: Schema.String }) {
  override readonly [Runtime.errorExitCode] = 2
}
