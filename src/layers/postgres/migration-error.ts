import * as Schema from "effect/Schema"

/** The schema could not be brought up to date. The database is as it was before; the message says what to do. */
export class MigrationError extends Schema.TaggedError<MigrationError>()("MigrationError", {
  reason: Schema.Literals([
    "unreachable",
    "server_too_old",
    "not_ours",
    "schema_newer",
    "edited",
    "out_of_order",
    "bad_files",
    "failed"
  ]),
  message: Schema.String
}) {}
