/** TypeScript from the contract's documents: the shapes, the frames and the operations that `client/` is typed by. */

// biome-ignore lint/suspicious/noExplicitAny: JSON Schema, OpenAPI and AsyncAPI as they are written.
type Json = any

const NOTE = "/** Written from the contract by `npm run format`: change the contract, not this file. */"

const nameOf = (ref: string): string => ref.split("/").at(-1)!

const key = (name: string): string => (/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name))

const both = (types: ReadonlyArray<string>): string => [...new Set(types)].join(" | ")

const objectType = (schema: Json, pad: string): string => {
  const inner = `${pad}  `
  const required = new Set<string>(schema.required ?? [])
  const lines = Object.entries<Json>(schema.properties ?? {}).map(
    ([name, one]) => `${inner}readonly ${key(name)}${required.has(name) ? "" : "?"}: ${typeOf(one, inner)}`
  )
  if (typeof schema.additionalProperties === "object") {
    const value = typeOf(schema.additionalProperties, pad)
    const keys: ReadonlyArray<string> | undefined = schema.propertyNames?.enum
    const rest =
      keys === undefined
        ? `Readonly<Record<string, ${value}>>`
        : `Readonly<Partial<Record<${both(keys.map((one) => JSON.stringify(one)))}, ${value}>>>`
    return lines.length === 0 ? rest : `{\n${lines.join("\n")}\n${pad}} & ${rest}`
  }
  if (lines.length === 0) return "Readonly<Record<string, unknown>>"
  return `{\n${lines.join("\n")}\n${pad}}`
}

const typeOf = (schema: Json, pad = ""): string => {
  if (schema.$ref !== undefined) return nameOf(schema.$ref)
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return both(schema.enum.map((value: unknown) => JSON.stringify(value)))
  const union = schema.anyOf ?? schema.oneOf
  if (union !== undefined) return both(union.map((one: Json) => typeOf(one, pad)))
  if (schema.allOf !== undefined && schema.type === undefined) return typeOf(schema.allOf[0], pad)
  switch (schema.type) {
    case "string":
      return "string"
    case "integer":
    case "number":
      return "number"
    case "boolean":
      return "boolean"
    case "null":
      return "null"
    case "array":
      return `ReadonlyArray<${typeOf(schema.items ?? {}, pad)}>`
    case "object":
      return objectType(schema, pad)
    default:
      return "unknown"
  }
}

const shape = ([name, schema]: readonly [string, Json]): string =>
  `/** ${schema.description} */\nexport type ${name} = ${typeOf(schema)}\n`

interface Operation {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly given: Json
}

const operationsOf = (openApi: Json): ReadonlyArray<Operation> =>
  Object.entries<Json>(openApi.paths)
    .flatMap(([path, methods]) =>
      Object.entries<Json>(methods).map(([method, given]) => ({
        id: given.operationId,
        method: method.toUpperCase(),
        path,
        given
      }))
    )
    .sort((a, b) => (a.id < b.id ? -1 : 1))

const parametersOf = ({ given }: Operation, where: string): string => {
  const found = given.parameters.filter((one: Json) => one.in === where)
  const lines = found.map((one: Json) => `readonly ${key(one.name)}${one.required ? "" : "?"}: string`)
  return lines.length === 0 ? "undefined" : `{ ${lines.join("; ")} }`
}

const jsonOf = (content: Json): Json | undefined => content?.["application/json"]?.schema

const operationType = (operation: Operation): string => {
  const { id, given } = operation
  const success = Object.entries<Json>(given.responses).find(([status]) => status >= "200" && status < "300")
  const body = jsonOf(given.requestBody?.content)
  const answer = jsonOf(success?.[1].content)
  return [
    `  /** ${given.summary}. ${given.description} */`,
    `  readonly ${JSON.stringify(id)}: {`,
    `    readonly path: ${parametersOf(operation, "path")}`,
    `    readonly query: ${parametersOf(operation, "query")}`,
    `    readonly body: ${body === undefined ? "undefined" : typeOf(body, "    ")}`,
    `    readonly answer: ${answer === undefined ? "undefined" : typeOf(answer, "    ")}`,
    "  }"
  ].join("\n")
}

const messagesOf = (asyncApi: Json, operation: string): string =>
  asyncApi.operations[operation].messages.map((one: Json) => nameOf(one.$ref)).join(" | ")

/** Types alone: nothing of it is left when it runs. */
export const typesFile = (openApi: Json, asyncApi: Json): string => {
  const schemas = { ...asyncApi.components.schemas, ...openApi.components.schemas }
  const named = Object.entries<Json>(schemas).sort(([a], [b]) => (a < b ? -1 : 1))
  return [
    NOTE,
    "",
    ...named.map(shape),
    `/** What a client may say on a trip's stream. */\nexport type ClientFrame = ${messagesOf(asyncApi, "say")}\n`,
    `/** What happens to the trip, numbered. */\nexport type EventFrame = ${messagesOf(asyncApi, "follow")}\n`,
    `/** Everything that is heard on a trip's stream. */\nexport type ServerFrame = EventFrame | ${messagesOf(asyncApi, "hear")}\n`,
    "/** Every operation of the HTTP contract: what it takes and what it answers. */",
    "export interface Operations {",
    ...operationsOf(openApi).map(operationType),
    "}",
    ""
  ].join("\n")
}

/** Where each operation is. */
export const routesFile = (openApi: Json): string =>
  [
    NOTE,
    "export const ROUTES = {",
    operationsOf(openApi)
      .map(({ id, method, path }) => `  ${JSON.stringify(id)}: [${JSON.stringify(method)}, ${JSON.stringify(path)}]`)
      .join(",\n"),
    "} as const",
    ""
  ].join("\n")
