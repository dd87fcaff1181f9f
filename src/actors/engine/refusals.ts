/** The engine's failures with messages that say what happened, why, and what to do. */
import {
  ActorStopped,
  ActorUnavailable,
  CommandQuarantined,
  CommandTimeout,
  MailboxFull,
  RuntimeDraining,
  RuntimeFull,
  WriteFailed,
  WriteRefused,
  WriteUnstorable
} from "../../domain/actor-errors.ts"
import { JournalUnstorable } from "../../services/journal.ts"

export const causeText = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

export const mailboxFull = (kind: string, key: string, capacity: number) => {
  const message = `The ${kind} has ${capacity} commands waiting and takes no more; try again in a moment.`
  return new MailboxFull({ kind, key, capacity, message })
}

export const timedOut = (kind: string, key: string, outcome: "not_run" | "unknown") => {
  const message =
    outcome === "not_run"
      ? `The ${kind} did not get to the command in time and has not run it; try again.`
      : `The ${kind} ran the command, but its durability was not confirmed in time; repeat it with the same id.`
  return new CommandTimeout({ kind, key, outcome, message })
}

export const quarantined = (kind: string, key: string, label: string, cause: string) => {
  const message = `The command ${label} crashed the ${kind} twice (${cause}) and is quarantined; it was not carried out, and an operator can see why.`
  return new CommandQuarantined({ kind, key, message })
}

export const stopped = (kind: string, key: string, cause: string) => {
  const message = `The ${kind} crashed too often (last: ${cause}) and is stopped; it comes back after a pause or when an operator revives it.`
  return new ActorStopped({ kind, key, message })
}

export const unavailable = (kind: string, key: string, cause: unknown) => {
  const message = `The ${kind} could not be loaded: ${causeText(cause)}; try again once its storage answers.`
  return new ActorUnavailable({ kind, key, message })
}

export const writeRefused = (kind: string, key: string, cause: unknown) => {
  if (cause instanceof JournalUnstorable) return new WriteUnstorable({ kind, key, message: cause.message })
  const message = `The ${kind} takes no changes at the moment: ${causeText(cause)}; nothing was changed.`
  return new WriteRefused({ kind, key, message })
}

export const writeFailed = (kind: string, key: string, cause: unknown) => {
  const message = `The ${kind}'s change could not be made durable: ${causeText(cause)}; it is not acknowledged, repeat it with the same id.`
  return new WriteFailed({ kind, key, message })
}

export const draining = (kind: string, key: string) =>
  new RuntimeDraining({ kind, key, message: `This server is going down and starts no ${kind}; reconnect elsewhere.` })

export const full = (kind: string, key: string, limit: number) => {
  const message = `${limit} ${kind}s are resident and none may leave memory; try again later or raise the limit.`
  return new RuntimeFull({ kind, key, message })
}
