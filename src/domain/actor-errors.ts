/**
 * What can go wrong between a caller and a live actor, whatever the actor decides. `outcome` tells the caller
 * what it may assume: `not_run` = nothing happened, `unknown` = it may have taken effect; repeating it with the
 * same id is safe either way.
 */
import * as Schema from "effect/Schema"

const address = { kind: Schema.String, key: Schema.String, message: Schema.String }

/** The actor has as many commands waiting as it accepts. */
export class MailboxFull extends Schema.TaggedError<MailboxFull>()("MailboxFull", {
  ...address,
  capacity: Schema.Int
}) {
  readonly outcome = "not_run"
}

/** No answer within the command's deadline. */
export class CommandTimeout extends Schema.TaggedError<CommandTimeout>()("CommandTimeout", {
  ...address,
  outcome: Schema.Literals(["not_run", "unknown"])
}) {}

/** The command crashed its actor twice and is parked with its cause. */
export class CommandQuarantined extends Schema.TaggedError<CommandQuarantined>()("CommandQuarantined", address) {
  readonly outcome = "not_run"
}

/** The actor restarted too often and is stopped, alone, until it has cooled down or an operator revives it. */
export class ActorStopped extends Schema.TaggedError<ActorStopped>()("ActorStopped", address) {
  readonly outcome = "not_run"
}

/** The actor's state could not be loaded. */
export class ActorUnavailable extends Schema.TaggedError<ActorUnavailable>()("ActorUnavailable", address) {
  readonly outcome = "not_run"
}

/** The journal takes no writes at the moment (a full disk, for one); reading and offers go on. */
export class WriteRefused extends Schema.TaggedError<WriteRefused>()("WriteRefused", address) {
  readonly outcome = "not_run"
}

/** What the write says can never be stored: sending it again changes nothing. */
export class WriteUnstorable extends Schema.TaggedError<WriteUnstorable>()("WriteUnstorable", address) {
  readonly outcome = "not_run"
}

/** The journal could not make the write durable; it is not acknowledged. */
export class WriteFailed extends Schema.TaggedError<WriteFailed>()("WriteFailed", address) {
  readonly outcome = "unknown"
}

/** The process is going down and starts no more actors. */
export class RuntimeDraining extends Schema.TaggedError<RuntimeDraining>()("RuntimeDraining", address) {
  readonly outcome = "not_run"
}

/** As many actors are resident or being loaded as this node holds, and none of them may be passivated. */
export class RuntimeFull extends Schema.TaggedError<RuntimeFull>()("RuntimeFull", address) {
  readonly outcome = "not_run"
}

export const ActorError = Schema.Union([
  MailboxFull,
  CommandTimeout,
  CommandQuarantined,
  ActorStopped,
  ActorUnavailable,
  WriteRefused,
  WriteUnstorable,
  WriteFailed,
  RuntimeDraining,
  RuntimeFull
])
export type ActorError = typeof ActorError.Type

const CLASSES: ReadonlySet<unknown> = new Set([
  MailboxFull,
  CommandTimeout,
  CommandQuarantined,
  ActorStopped,
  ActorUnavailable,
  WriteRefused,
  WriteUnstorable,
  WriteFailed,
  RuntimeDraining,
  RuntimeFull
])

/** Tells a failure of the runtime from an actor's reply; cheap enough for every ask. */
export const isActorError = (value: unknown): value is ActorError =>
  value instanceof Error && CLASSES.has(value.constructor)
