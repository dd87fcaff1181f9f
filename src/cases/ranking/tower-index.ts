/**
 * Places by the vectors that a model of two towers gives them, in the vector index beside those of their vibes. A city is indexed when
 * somebody first asks for it; until all of it is there, and whenever the index does not answer, places are found by their vibes. A city
 * keeps what the last two versions said: going back needs no indexing.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { uuidOfName } from "../../domain/basics/hash.ts"
import type { CityCatalog } from "../../domain/catalog/city-catalog.ts"
import { isGroupCold, type Persona } from "../../domain/persona/persona.ts"
import { personInput, placeInput, SPACE } from "../../domain/rankers/two-tower.ts"
import type { Candidate } from "../../domain/ranking.ts"
import { NEIGHBOURS } from "../../domain/retrieval/diversify.ts"
import type { ItemTowers, TowersInForce } from "../../services/item-towers.ts"
import type { VectorIndex, VectorPoint } from "../../services/vector-index.ts"
import { inSlices } from "../../support/slices.ts"

/** Versions that a city keeps vectors of. */
const MOST_VERSIONS = 2
/** Points that are written at once. */
const BATCH = 500
/** A catalog that changed is indexed again this long after the last time, at the earliest; an index that failed, too. */
const AGAIN_MS = 600_000

interface Shelf {
  readonly encoderVersion: string
  readonly catalogVersion: number
  readonly at: number
  /** Which node a point stands for. */
  readonly nodeOf: ReadonlyMap<string, string>
}

/** Cities are the index's way to keep things apart: each version has one of its own for each city. */
const namespaceOf = (slug: string, encoderVersion: string) => `${slug} ${encoderVersion}`

const partyVector = (catalog: CityCatalog, people: ReadonlyArray<Persona>, { towers }: TowersInForce): Float32Array => {
  const mean = new Float32Array(SPACE)
  for (const { sequence, vector } of people) {
    const judged = sequence.map(({ accepted, node_id }) => {
      const at = catalog.indexOf(node_id)
      return { accepted, vibe: at === undefined ? undefined : catalog.nodes[at]?.vibe_embedding }
    })
    const own = towers.person(personInput(vector, judged))
    for (let i = 0; i < SPACE; i++) mean[i]! += own[i]! / people.length
  }
  return mean
}

const indexed = Effect.fnUntraced(function* (
  index: VectorIndex["Service"],
  catalog: CityCatalog,
  model: TowersInForce
) {
  const { encoderVersion, towers } = model
  const city = namespaceOf(catalog.city.slug, encoderVersion)
  const nodeOf = new Map<string, string>()
  const points: Array<VectorPoint> = []
  yield* inSlices(catalog.nodes.keys(), (at) => {
    if (catalog.retired(at)) return
    const { category, id: node, price_tier: priceTier, vibe_embedding: vibe } = catalog.nodes[at]!
    const id = uuidOfName(encoderVersion, node)
    nodeOf.set(id, node)
    points.push({ id, city, vector: towers.place(placeInput({ vibe, category, priceTier })) })
  })
  for (let from = 0; from < points.length; from += BATCH) {
    yield* index.upsert("vibe_embedding", points.slice(from, from + BATCH))
  }
  const at = yield* Clock.currentTimeMillis
  return { encoderVersion, catalogVersion: catalog.version, at, nodeOf } satisfies Shelf
})

/** Finds places by the model that is in force; undefined where their vibes have to do. */
export const towerIndex = Effect.fnUntraced(function* (index: VectorIndex["Service"], models: ItemTowers["Service"]) {
  const scope = yield* Effect.scope
  const shelves = new Map<string, ReadonlyArray<Shelf>>()
  /** Cities that are being indexed, or could not be: until when they are left alone. */
  const busy = new Map<string, number>()

  const fill = (catalog: CityCatalog, model: TowersInForce) => {
    const { slug } = catalog.city
    return Effect.gen(function* () {
      const made = yield* indexed(index, catalog, model)
      const others = (shelves.get(slug) ?? []).filter(({ encoderVersion }) => encoderVersion !== made.encoderVersion)
      shelves.set(slug, [made, ...others.slice(0, MOST_VERSIONS - 1)])
      yield* Effect.logInfo(`${made.nodeOf.size} places of ${slug} are found by ${made.encoderVersion} from now on.`)
      for (const { encoderVersion } of others.slice(MOST_VERSIONS - 1)) {
        yield* index.removeCity("vibe_embedding", namespaceOf(slug, encoderVersion))
      }
      busy.delete(slug)
    }).pipe(
      Effect.catch(({ message }) =>
        Effect.logWarning(
          `${slug} could not be indexed by ${model.encoderVersion}; its places are found by their vibes: ${message}`
        )
      )
    )
  }

  const ask = Effect.fnUntraced(function* (catalog: CityCatalog, model: TowersInForce) {
    const now = yield* Clock.currentTimeMillis
    const { slug } = catalog.city
    const shelf = shelves.get(slug)?.find(({ encoderVersion }) => encoderVersion === model.encoderVersion)
    const old = shelf !== undefined && shelf.catalogVersion !== catalog.version && now - shelf.at >= AGAIN_MS
    if ((shelf === undefined || old) && now >= (busy.get(slug) ?? 0)) {
      busy.set(slug, now + AGAIN_MS)
      yield* Effect.forkIn(fill(catalog, model), scope)
    }
    return shelf
  })

  return Effect.fnUntraced(function* (catalog: CityCatalog, people: ReadonlyArray<Persona>) {
    const model = models.current()
    // The gate of twenty signals stands before every trained model.
    if (model === undefined || people.length === 0 || isGroupCold(people)) return undefined
    const shelf = yield* ask(catalog, model)
    if (shelf === undefined) return undefined
    const { slug } = catalog.city
    const query = partyVector(catalog, people, model)
    const hits = yield* index.search("vibe_embedding", query, NEIGHBOURS, namespaceOf(slug, model.encoderVersion))
    const found = hits.flatMap(({ id, score }): ReadonlyArray<Candidate> => {
      const node = shelf.nodeOf.get(id)
      const at = node === undefined ? undefined : catalog.indexOf(node)
      return at === undefined || catalog.retired(at) ? [] : [{ index: at, node: catalog.nodes[at]!, similarity: score }]
    })
    return found.length === 0 ? undefined : found
  })
})
