/**
 * An itinerary at rest. Tens of thousands of stops are in memory and hardly any is looked at: as records of numbers and
 * one text for a whole plan they are a handful of objects instead of hundreds, which the collector would have to visit
 * one by one, again and again, while travelers wait. Who asks for the stops gets them laid out as usual.
 */
import type { CityCatalog } from "../catalog/city-catalog.ts"
import type { NodeId, SlotId } from "../ids.ts"
import type { IndexOf, PlanSlot } from "../pivot/plan.ts"
import { PlacedBy, Slot } from "../plan/model.ts"
import { DayPart } from "../vocabulary.ts"

/** Numbers of a stop's record; the two ends say where its id and its narrative end in the text. */
const [DAY, ORDER, PART, STARTS, ENDS, TRAVEL, LOCKED, STATUS, SCORE, PLACED, ID_END, NARRATIVE_END, WIDTH] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
] as const

const PARTS = DayPart.literals
const STATUSES = Slot.fields.status.literals
const TERMS = PlacedBy.literals
const PLANNED = STATUSES.indexOf("planned")

/** A place's id is the catalog's own string. */
const nodeIdOf = (id: NodeId, catalog: CityCatalog | undefined): NodeId => {
  const index = catalog?.indexOf(id)
  return index === undefined ? id : (catalog!.nodes[index]!.id as NodeId)
}

export interface StopAt {
  readonly node_id: NodeId
  readonly model_version: string
  readonly decision_id: Slot["decision_id"]
}

export class PackedPlan {
  readonly #records: ReadonlyArray<number>
  readonly #text: string
  readonly #nodes: ReadonlyArray<NodeId>
  /** One for all where they are the same, which is the rule. */
  readonly #models: string | ReadonlyArray<string>
  /** One for the stops of a day, which is the rule. */
  readonly #decisions: ReadonlyArray<Slot["decision_id"]>

  constructor(slots: ReadonlyArray<Slot>, catalog?: CityCatalog) {
    // A fraction to begin with makes it an array of plain doubles, which the collector need not look into.
    const records = new Array<number>(slots.length * WIDTH).fill(0.5)
    const texts: Array<string> = []
    const decisions = new Map<string, NonNullable<Slot["decision_id"]>>()
    let end = 0
    slots.forEach((slot, n) => {
      const at = n * WIDTH
      records[at + DAY] = slot.day
      records[at + ORDER] = slot.order
      records[at + PART] = PARTS.indexOf(slot.day_part)
      records[at + STARTS] = slot.starts_at
      records[at + ENDS] = slot.ends_at
      records[at + TRAVEL] = slot.travel_minutes
      records[at + LOCKED] = slot.locked ? 1 : 0
      records[at + STATUS] = STATUSES.indexOf(slot.status)
      records[at + SCORE] = slot.score
      records[at + PLACED] = slot.placed_by === undefined ? -1 : TERMS.indexOf(slot.placed_by)
      texts.push(slot.id)
      records[at + ID_END] = end += slot.id.length
      if (slot.narrative === undefined) records[at + NARRATIVE_END] = -1
      else {
        texts.push(slot.narrative)
        records[at + NARRATIVE_END] = end += slot.narrative.length
      }
    })
    const [first] = slots
    this.#records = records
    this.#text = texts.join("")
    this.#nodes = slots.map((slot) => nodeIdOf(slot.node_id, catalog))
    this.#models = slots.every((slot) => slot.model_version === first!.model_version)
      ? (first?.model_version ?? "")
      : slots.map((slot) => slot.model_version)
    this.#decisions = slots.map(({ decision_id }) => {
      if (decision_id === undefined) return undefined
      const known = decisions.get(decision_id)
      if (known === undefined) decisions.set(decision_id, decision_id)
      return known ?? decision_id
    })
  }

  /** The stops, made anew. */
  unpack(): ReadonlyArray<Slot> {
    const records = this.#records
    const text = this.#text
    const models = this.#models
    let end = 0
    return this.#nodes.map((node_id, n): Slot => {
      const at = n * WIDTH
      const idEnd = records[at + ID_END]!
      const narrativeEnd = records[at + NARRATIVE_END]!
      const id = text.slice(end, idEnd) as SlotId
      end = Math.max(idEnd, narrativeEnd)
      const slot: Slot = {
        id,
        day: records[at + DAY]!,
        order: records[at + ORDER]!,
        node_id,
        day_part: PARTS[records[at + PART]!]!,
        starts_at: records[at + STARTS]!,
        ends_at: records[at + ENDS]!,
        travel_minutes: records[at + TRAVEL]!,
        locked: records[at + LOCKED] === 1,
        status: STATUSES[records[at + STATUS]!]!,
        score: records[at + SCORE]!,
        model_version: typeof models === "string" ? models : models[n]!
      }
      const decision_id = this.#decisions[n]
      const placed_by = TERMS[records[at + PLACED]!]
      return {
        ...slot,
        ...(placed_by === undefined ? {} : { placed_by }),
        ...(narrativeEnd < 0 ? {} : { narrative: text.slice(idEnd, narrativeEnd) }),
        ...(decision_id === undefined ? {} : { decision_id })
      }
    })
  }

  /**
   * What stands at a stop and who decided that, without laying the plan out: asked for every signal. Ids of one plan begin alike, and
   * differ at their ends: those are looked at first.
   */
  at(slotId: string): StopAt | undefined {
    const records = this.#records
    const text = this.#text
    const { length } = slotId
    const last = slotId.charCodeAt(length - 1)
    const lastButOne = slotId.charCodeAt(length - 2)
    let from = 0
    for (let n = 0, at = 0; n < this.#nodes.length; n++, at += WIDTH) {
      const end = records[at + ID_END]!
      const isIt =
        end - from === length &&
        text.charCodeAt(end - 1) === last &&
        text.charCodeAt(end - 2) === lastButOne &&
        text.startsWith(slotId, from)
      if (isIt) {
        return {
          node_id: this.#nodes[n]!,
          model_version: typeof this.#models === "string" ? this.#models : this.#models[n]!,
          decision_id: this.#decisions[n]
        }
      }
      from = Math.max(end, records[at + NARRATIVE_END]!)
    }
    return undefined
  }

  /** The stops that the pivot engine calls `wanted`, still ahead at `now` and beginning before `until`, as it reads them. */
  ahead(now: number, until: number, indexOf: IndexOf): ReadonlyArray<PlanSlot> {
    const records = this.#records
    const out: Array<PlanSlot> = []
    for (let n = 0; n < this.#nodes.length; n++) {
      const at = n * WIDTH
      const starts = records[at + STARTS]!
      const ends = records[at + ENDS]!
      if (records[at + STATUS] !== PLANNED || ends <= now || starts >= until) continue
      const before = at - WIDTH
      const from = n === 0 ? 0 : Math.max(records[before + ID_END]!, records[before + NARRATIVE_END]!)
      out.push({
        id: this.#text.slice(from, records[at + ID_END]) as SlotId,
        day: records[at + DAY]!,
        index: indexOf(this.#nodes[n]!) ?? -1,
        starts,
        ends,
        locked: records[at + LOCKED] === 1,
        past: false
      })
    }
    return out
  }

  /** Bytes of memory, near enough for a budget. */
  get bytes(): number {
    return 200 + 8 * this.#records.length + 16 * this.#nodes.length + this.#text.length
  }
}
