// Renders /openapi.json and /asyncapi.json: every route with what it takes, what it answers and what can go wrong, and every frame.
import { element, partOfPage } from "./dom.js"

const resolve = (document, schema, seen = []) => {
  if (schema?.$ref === undefined) return schema
  if (seen.includes(schema.$ref)) return { type: "object", description: "(as above)" }
  const target = schema.$ref
    .slice(2)
    .split("/")
    .reduce((part, key) => part?.[key], document)
  return resolve(document, target, [...seen, schema.$ref])
}

const outline = (document, schema, depth = 0) => {
  const s = resolve(document, schema)
  if (s === undefined || depth > 6) return "…"
  if (s.enum !== undefined) return s.enum.map((value) => JSON.stringify(value)).join(" | ")
  if (s.const !== undefined) return JSON.stringify(s.const)
  const union = s.anyOf ?? s.oneOf
  if (union !== undefined) return union.map((part) => outline(document, part, depth + 1)).join(" | ")
  if (s.allOf !== undefined && s.type === undefined) return outline(document, s.allOf[0], depth + 1)
  if (s.type === "array") return `[${outline(document, s.items ?? s.prefixItems?.[0] ?? {}, depth + 1)}]`
  if (s.properties !== undefined) {
    const pad = "  ".repeat(depth + 1)
    const lines = Object.entries(s.properties).map(
      ([name, part]) => `${pad}${name}${s.required?.includes(name) ? "" : "?"}: ${outline(document, part, depth + 1)}`
    )
    return `{\n${lines.join("\n")}\n${"  ".repeat(depth)}}`
  }
  return s.type ?? "anything"
}

/** Wider than a phone, and reached by keyboard too. */
const block = (text) => element("pre", { tabindex: "0" }, text)

const body = (document, title, content) => {
  const schema = content?.["application/json"]?.schema
  return schema === undefined ? [] : [element("h4", {}, title), block(outline(document, schema))]
}

/** What fields mean, and what they look like; those of shapes that stand deeper are in /openapi.json. */
const fields = (document, schema) => {
  const { properties = {}, required = [] } = resolve(document, schema) ?? {}
  return Object.entries(properties).map(([name, part]) => [
    `${name}${required.includes(name) ? "" : "?"}`,
    [part.description ?? resolve(document, part)?.description, part.examples?.[0]]
  ])
}

/** A name, what it means, and what it looks like. */
const meanings = (named) =>
  named.length === 0
    ? []
    : [
        element(
          "dl",
          {},
          ...named.flatMap(([name, [means, example]]) => [
            element("dt", {}, element("code", {}, name)),
            element(
              "dd",
              {},
              means ?? "",
              example !== undefined && [" Such as ", element("code", {}, JSON.stringify(example))].flat()
            )
          ])
        )
      ]

const example = (content) => {
  const given = content?.["application/json"]?.example
  return given === undefined ? [] : [element("h4", {}, "Example"), block(JSON.stringify(given, null, 2))]
}

const route = (document, path, method, operation) => {
  const answers = Object.entries(operation.responses ?? {})
  const success = answers.filter(([status]) => status < "400")
  const problems = answers.filter(([status]) => status >= "400")
  const parameters = (operation.parameters ?? []).map((p) => [
    `${p.name}${p.required ? "" : "?"} (${p.in})`,
    [p.description, p.example]
  ])
  const given = operation.requestBody?.content
  return element(
    "details",
    { class: "route" },
    element(
      "summary",
      {},
      element("code", { class: `method ${method}` }, method.toUpperCase()),
      " ",
      element("code", {}, path),
      " ",
      operation.summary
    ),
    element("p", {}, operation.description),
    ...meanings(parameters),
    ...body(document, "Body", given),
    ...meanings(fields(document, given?.["application/json"]?.schema)),
    ...example(given),
    ...success.flatMap(([status, answer]) => [
      ...body(document, `Answer ${status}`, answer.content),
      ...example(answer.content)
    ]),
    element("p", {}, `Problems: ${problems.map(([status]) => status).join(", ") || "none"}.`)
  )
}

/** The streams, as /asyncapi.json tells of them: where they are, how they are closed, and each frame. */
const stream = (contract, channel) => {
  const messages = Object.values(channel.messages).map((message) => resolve(contract, message))
  return element(
    "section",
    {},
    element("h2", {}, channel.title),
    element("p", {}, element("code", {}, channel.address)),
    element("p", {}, channel.summary),
    element("p", {}, channel.description),
    ...messages.map((message) =>
      element(
        "details",
        { class: "route" },
        element("summary", {}, element("code", {}, message.title), " ", message.summary),
        block(outline(contract, message.payload)),
        element("h4", {}, "Example"),
        block(JSON.stringify(message.examples[0].payload, null, 2))
      )
    )
  )
}

const main = partOfPage("routes")
try {
  const contract = await (await fetch("/openapi.json")).json()
  const groups = new Map()
  for (const [path, item] of Object.entries(contract.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      const tag = operation.tags?.[0] ?? "Other"
      groups.set(tag, [...(groups.get(tag) ?? []), route(contract, path, method, operation)])
    }
  }
  const streams = await (await fetch("/asyncapi.json")).json()
  main.replaceChildren(
    ...[...groups].map(([tag, routes]) => element("section", {}, element("h2", {}, tag), ...routes)),
    ...Object.values(streams.channels).map((channel) => stream(streams, channel))
  )
} catch (error) {
  main.replaceChildren(element("p", {}, `The contract cannot be read: ${error.message}`))
}
