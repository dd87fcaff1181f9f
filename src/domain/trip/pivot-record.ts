/**
 * An offer as the journal keeps it, written as text at once: most of it has been text before, and turning it into an
 * object first, only to have that turned into text, would cost more than working the offer out.
 */
import type { ChosenOption, PivotOffered, PushedOut } from "../decisions.ts"

/** Four decimals of what lies between 0 and 1, as most scores and shares do: each is written once. */
const UNIT = 10_000
const shares: Array<string | undefined> = new Array(UNIT + 1)

const decimal = (value: number): string => {
  if (Number.isInteger(value)) return `${value}`
  const scaled = Math.round(value * UNIT)
  if (!(scaled >= 0 && scaled <= UNIT)) return `${Number.isFinite(value) ? scaled / UNIT : null}`
  let text = shares[scaled]
  if (text === undefined) {
    text = (scaled / UNIT).toString()
    shares[scaled] = text
  }
  return text
}

const orNull = (id: string | null): string => (id === null ? "null" : `"${id}"`)

const ids = (list: ReadonlyArray<string>): string => (list.length === 0 ? "[]" : `["${list.join('","')}"]`)

/** The names are a handful of ours. */
const labels: Record<string, string> = {}

const numbersText = (features: Readonly<Record<string, number>> | null): string => {
  if (features === null) return "{}"
  let text = ""
  for (const name in features) {
    labels[name] ??= `"${name}":`
    text += (text === "" ? "" : ",") + labels[name] + decimal(features[name]!)
  }
  return `{${text}}`
}

const optionText = (one: ChosenOption, position: number): string =>
  `{"option_id":"${one.option_id}","node_id":${orNull(one.node_id)},"score":${one.score},"position":${position},"changes":${one.changes},"features":${numbersText(one.features)},"measures":${numbersText(one.measures)}}`

const pushedOutText = (gone: ReadonlyArray<PushedOut>): string => {
  let text = ""
  for (const { pivot_id, after_ms } of gone)
    text += `${text === "" ? "" : ","}{"pivot_id":"${pivot_id}","after_ms":${after_ms}}`
  return `,"pushed_out":[${text}]`
}

/**
 * `userStateId` names who it was for: the same for many decisions, and more text than all the rest of one. Ids and words of
 * ours (triggers, sources, model names) stand as they are; what a client wrote is encoded.
 */
export const pivotRecordText = (one: PivotOffered, userStateId: string, latencyMillis: number): string => {
  const { offer, detail } = one
  const { chosen, slate } = offer
  let options = ""
  let scores = ""
  let selected = ""
  for (let i = 0; i < chosen.length; i++) {
    const { node_id } = chosen[i]!
    options += `${i === 0 ? "" : ","}${optionText(chosen[i]!, i)}`
    if (node_id !== null) selected += `${selected === "" ? "" : ","}"${node_id}"`
  }
  for (let i = 0; i < slate.scores.length; i++) scores += `${i === 0 ? "" : ","}${decimal(slate.scores[i]!)}`
  return `{"pivot_id":"${offer.pivot_id}","user_id":${orNull(one.by)},"trip_id":"${one.trip_id}","slot_id":${orNull(offer.slot_id)},"trigger":"${offer.trigger}","detail":${detail === undefined ? "{}" : JSON.stringify(detail)},"options":[${options}],"reasons":${offer.reasons.length === 0 ? "[]" : JSON.stringify(offer.reasons)},"source":"${offer.source}","state_version":${offer.state_version},"model_name":"${offer.model.name}","model_version":"${offer.model.version}","latency_ms":${decimal(latencyMillis)},"offered_at":${one.offered_at},"ranked_for":"${one.user_id}","session_id":"${one.session_id}","candidate_ids":${ids(slate.candidate_ids)},"scores":[${scores}],"selected_ids":[${selected}],"user_state_id":"${userStateId}"${one.pushed_out === undefined ? "" : pushedOutText(one.pushed_out)}}`
}
