/** The HTTP contract's document, dressed: what a reader needs beyond what the schemas say by themselves. */
import * as OpenApi from "effect/http-api/OpenApi"
import { MAX_SIGNALS } from "../../domain/signal.ts"
import { dressSchema, dressSchemas, exampleOf, type Json, type Used, withPlainNames } from "./dress.ts"
import { FIELDS } from "./fields.ts"
import { OPERATIONS, PARAMETERS } from "./operations.ts"
import { signalItem } from "./signal-item.ts"

const WRITES = new Set(["post", "put", "patch", "delete"])

/** Reads whose answers carry an `ETag`. */
export const WITH_ETAG: ReadonlySet<string> = new Set([
  "begin.vocabularies",
  "cities.evidence",
  "cities.list",
  "cities.nodes",
  "shared.read",
  "trips.list",
  "trips.read"
])

const header = (description: string, example: unknown) => ({ description, schema: { type: "string" }, example })

const REQUEST_ID = header("What the log of this request is found by.", "0195f2eb-55ee-7a6f-a7b8-c9daebfc000e")
const RETRY_AFTER = header("Seconds after which it makes sense to ask again.", "1")
const ETAG = header("Stands for this answer: send it as `If-None-Match`.", '"n4bQgYhMfWWaL-qgxVrQFa"')
const MODEL = header("The model that ordered what is shown, as `name:version`.", "local_ranker:3")
const REPLAYED = header(
  "`true` where this is the answer to an earlier sending with the same `Idempotency-Key`.",
  "true"
)

/** The example of a problem: its sentence is made for each case, and here says what such problems have in common. */
const problemExample = (schema: Json) => {
  const { type, status, title } = schema.properties
  return {
    ...schema.examples[0],
    type: type.enum[0],
    status: status.enum[0],
    title: title.enum[0],
    detail: `${title.enum[0]}.`
  }
}

const headerParameter = (name: string) => {
  const [description, example] = PARAMETERS[name]!
  return { name, in: "header", required: false, description, schema: { type: "string", maxLength: 200 }, example }
}

const parameter = (id: string, one: Json, used: Used): Json => {
  const { name } = one
  const key = [`${id}.${name}`, name].find((known) => Object.hasOwn(PARAMETERS, known))
  const words = key === undefined ? FIELDS[name] : PARAMETERS[key]
  if (words === undefined) return one
  used.add(key === undefined ? name : `parameter ${key}`)
  const schema = name === "limit" ? { type: "string", pattern: "^([1-9]|[1-9]\\d|1\\d\\d|200)$" } : one.schema
  return { ...one, schema, description: words[0], example: String(words[1]) }
}

const withExample = (schemas: Json, content: Json, given?: unknown): Json =>
  Object.fromEntries(
    Object.entries<Json>(content).map(([type, one]) => {
      const example = given ?? exampleOf(schemas, one.schema)
      return [type, { ...one, example: example === undefined ? {} : example }]
    })
  )

const answer = (id: string, status: string, given: Json, schemas: Json, used: Used, isWrite: boolean): Json => {
  const content =
    given.content === undefined
      ? undefined
      : Object.fromEntries(
          Object.entries<Json>(given.content).map(([type, one]) => [
            type,
            { ...one, schema: dressSchema(id, one.schema, used) }
          ])
        )
  const isSuccess = status < "400"
  const description = isSuccess
    ? content === undefined
      ? "Done; there is nothing to say."
      : "Done."
    : given.description
  const headers = {
    "X-Request-Id": REQUEST_ID,
    ...(isSuccess ? { "X-Model-Version": MODEL } : {}),
    ...(isSuccess && isWrite ? { "Idempotency-Replayed": REPLAYED } : {}),
    ...(isSuccess && WITH_ETAG.has(id) ? { ETag: ETAG } : {}),
    ...(status === "429" || status === "503" ? { "Retry-After": RETRY_AFTER } : {})
  }
  return { description, headers, ...(content === undefined ? {} : { content: withExample(schemas, content) }) }
}

/** Not one of those that are put to operations here: a document that was dressed before stays as it is. */
const isOwn = ({ name }: Json) => name !== "idempotency-key" && name !== "if-none-match"

const operation = (method: string, given: Json, schemas: Json, used: Used): Json => {
  const { operationId: id } = given
  const words = OPERATIONS[id]
  if (words !== undefined) used.add(`operation ${id}`)
  const isWrite = WRITES.has(method) && given.security?.length > 0
  const responses = Object.fromEntries(
    Object.entries<Json>(given.responses).map(([status, one]) => [
      status,
      answer(id, status, one, schemas, used, isWrite)
    ])
  )
  const body = given.requestBody
  const bodyContent =
    id === "people.signals" ? { "application/json": { schema: SIGNALS_BODY } } : body === undefined ? {} : body.content
  const dressedBody = Object.fromEntries(
    Object.entries<Json>(bodyContent).map(([type, one]) => [
      type,
      { ...one, schema: dressSchema(id, one.schema, used) }
    ])
  )
  return {
    ...given,
    summary: words?.summary,
    description: words?.description,
    parameters: [
      ...(given.parameters ?? []).filter(isOwn).map((one: Json) => parameter(id, one, used)),
      ...(isWrite ? [headerParameter("idempotency-key")] : []),
      ...(WITH_ETAG.has(id) ? [headerParameter("if-none-match")] : [])
    ],
    ...(body === undefined
      ? {}
      : { requestBody: { ...body, content: withExample(schemas, dressedBody, words?.body) } }),
    responses: {
      ...responses,
      ...(WITH_ETAG.has(id) ? { 304: { description: "What you have is still true.", headers: { ETag: ETAG } } } : {})
    }
  }
}

const SIGNALS_BODY = {
  description: "One signal, or several; each is judged by itself.",
  anyOf: [
    { $ref: "#/components/schemas/SignalItem" },
    { type: "array", items: { $ref: "#/components/schemas/SignalItem" }, maxItems: MAX_SIGNALS }
  ]
}

const BEARER = {
  description:
    "A signed token that says who you are. It holds for some hours at most: renew it while it holds. Socket clients that cannot set headers offer it as the subprotocol `bearer.<token>` beside `overplanned.v1`."
}

/** The document with words; `used` gathers which of them were needed. */
export const dressDocument = (plain: Json, used: Used = new Set()): Json => {
  const named = withPlainNames(plain)
  const schemas = dressSchemas({ ...named.components.schemas, SignalItem: signalItem() }, used)
  for (const [name, schema] of Object.entries<Json>(schemas)) {
    if (schema.properties?.type?.enum?.[0]?.startsWith("urn:overplanned:problem:")) {
      schemas[name] = { ...schema, examples: [problemExample(schema)] }
    }
  }
  const paths = Object.fromEntries(
    Object.entries<Json>(named.paths).map(([path, methods]) => [
      path,
      Object.fromEntries(
        Object.entries<Json>(methods).map(([method, one]) => [method, operation(method, one, schemas, used)])
      )
    ])
  )
  for (const name of ["idempotency-key", "if-none-match"]) used.add(`parameter ${name}`)
  const { bearer } = named.components.securitySchemes
  return {
    ...named,
    servers: [{ url: "/", description: "The server that gave you this document." }],
    paths,
    components: {
      ...named.components,
      schemas,
      securitySchemes: { bearer: { ...bearer, scheme: "bearer", ...BEARER } }
    }
  }
}

/** For the contract: dresses the document that is made from it. */
export const dressed = OpenApi.annotations({ transform: (document) => dressDocument(document) })
