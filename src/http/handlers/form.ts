/** Decoding failures as problem documents that name the field: `payload.days must be a whole number from 1 to 21`. */
import * as Effect from "effect/Effect"
import { ParsedSearchParams } from "effect/http/HttpServerRequest"
import { HttpApiSchemaError } from "effect/http-api/HttpApiError"
import * as Layer from "effect/Layer"
import * as SchemaIssue from "effect/SchemaIssue"
import { RequestForm } from "../api/form.ts"
import { InvalidRequest } from "../api/problems.ts"

/** Where a field is not known, the ones that are. */
const unexpected = ({ ast }: SchemaIssue.UnexpectedKey): string => {
  const known = ast._tag === "Objects" ? ast.propertySignatures.map(({ name }) => String(name)) : []
  return known.length === 0 ? "is not known here" : `is not known here; there are ${known.join(", ")}`
}

const format = SchemaIssue.makeFormatterStandardSchemaV1({
  leafHook: (issue) => (issue._tag === "UnexpectedKey" ? unexpected(issue) : SchemaIssue.defaultLeafHook(issue))
})

/** Enough to fix a request by; a hostile body does not get to write a longer answer. */
const MOST_ISSUES = 20
const MOST_OF_A_NAME = 64

const segment = (part: PropertyKey | { readonly key: PropertyKey }): string | number => {
  const key = typeof part === "object" ? part.key : part
  return typeof key === "number" ? key : String(key).slice(0, MOST_OF_A_NAME)
}

/** What is wrong where, below `root`. */
export const issuesOf = (issue: SchemaIssue.Issue, root: string) =>
  format(issue)
    .issues.slice(0, MOST_ISSUES)
    .map((one) => ({ path: [root, ...(one.path ?? []).map(segment)], message: one.message }))

export const issuesText = (issues: ReturnType<typeof issuesOf>): string =>
  issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ")

const SLOTS: Record<string, string> = { Payload: "body", Params: "path", Query: "query", Headers: "headers" }

const refuse = (errors: ReturnType<typeof issuesOf>) =>
  Effect.fail(new InvalidRequest({ detail: issuesText(errors), errors }))

/** A route that declares no parameters decodes none: whatever stands there would be lost without a word. */
const takesNone = (parameters: Readonly<Record<string, unknown>>) => {
  const names = Object.keys(parameters).slice(0, MOST_ISSUES)
  return names.length === 0
    ? Effect.void
    : refuse(names.map((name) => ({ path: ["query", segment(name)], message: "is not known here" })))
}

export const layer = Layer.succeed(RequestForm, (answer, { endpoint }) =>
  Effect.andThen(
    endpoint.query === undefined ? Effect.flatMap(ParsedSearchParams, takesNone) : Effect.void,
    answer
  ).pipe(
    Effect.catch((error) => {
      if (!HttpApiSchemaError.is(error)) return Effect.fail(error)
      if (error.kind === "Body" || error.kind === "ResponseHeaders") return Effect.die(error)
      return refuse(issuesOf(error.cause.issue, SLOTS[error.kind] ?? error.kind.toLowerCase()))
    })
  )
)
