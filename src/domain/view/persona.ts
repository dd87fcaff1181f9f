/** A persona as its owner reads it: what we believe, how sure we are, who says so, and what each signal changed. */
import { explain } from "../catalog/embedding.ts"
import type { ActivityNode } from "../catalog/node.ts"
import { vibeQuery } from "../persona/encode.ts"
import { isCold, type Persona } from "../persona/persona.ts"
import type { LearntChange } from "../user/commands.ts"
import { COLD_BELOW_SIGNALS, type SignalType } from "../vocabulary.ts"
import { nodeBrief } from "./node.ts"

const SHOWN_VIBES = 8

const rounded = (value: number): number => Math.round(value * 1000) / 1000

interface Recent {
  readonly signal_id: string
  readonly signal_type: SignalType
  readonly occurred_at: number
  readonly node_id?: string
  readonly changes: ReadonlyArray<LearntChange>
}

const briefOf = (node: ActivityNode | undefined) => (node === undefined ? null : nodeBrief(node))

export const personaView = ({
  modelEncoderVersion,
  nodes,
  persona,
  recent
}: {
  readonly persona: Persona
  readonly recent: ReadonlyArray<Recent>
  /** The places that were spoken of, by their ids, as far as they are known here. */
  readonly nodes: ReadonlyMap<string, ActivityNode>
  /** The trained model that has a taste of theirs, where one has. */
  readonly modelEncoderVersion?: string | undefined
}) => ({
  user_id: persona.user_id,
  dimensions: Object.fromEntries(
    Object.entries(persona.dimensions).map(([name, dimension]) => [
      name,
      {
        value: Array.isArray(dimension.value) ? dimension.value.map(rounded) : dimension.value,
        confidence: rounded(dimension.confidence),
        source: dimension.source
      }
    ])
  ),
  top_vibes: explain(vibeQuery(persona.vector), SHOWN_VIBES).map(({ tag, weight }) => ({
    tag,
    weight: rounded(weight)
  })),
  encoder_version: persona.encoder_version,
  model_encoder_version: modelEncoderVersion ?? null,
  state: isCold(persona) ? ("cold" as const) : ("warm" as const),
  signal_count: persona.signal_count,
  signals_to_go: Math.max(0, COLD_BELOW_SIGNALS - persona.signal_count),
  recent: recent.map((one) => ({
    signal_id: one.signal_id,
    signal_type: one.signal_type,
    occurred_at: new Date(one.occurred_at).toISOString(),
    node: briefOf(one.node_id === undefined ? undefined : nodes.get(one.node_id)),
    changes: one.changes.map((it) => ("tag" in it ? { ...it, change: rounded(it.change) } : it))
  }))
})
