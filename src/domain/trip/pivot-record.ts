/**
 * An offer as the journal keeps it, written as text at once: most of it has been text before, and turning it into an
 * object first, only to have that turned into text, would cost more than working the offer out.
 */
import type { ChosenPlace, PivotOffered, UserState } from "../decisions.ts"
import type { OfferOption } from "../pivot/model.ts"

const THREE = Array.from({ length: 1001 }, (_, n) => (n / 1000).toFixed(3))
const TWO = Array.from({ length: 100 }, (_, n) => (n < 10 ? `0${n}` : `${n}`))

/** A number to five decimals. Scores and shares lie between 0 and 1, counts and minutes are whole: both are at hand. */
const decimal = (value: number): string => {
  if (Number.isInteger(value)) return `${value}`
  const scaled = Math.round(value * 100_000)
  if (!(scaled >= 0 && scaled <= 100_000)) return `${Number.isFinite(value) ? scaled / 100_000 : null}`
  const high = Math.floor(scaled / 100)
  return `${THREE[high]}${TWO[scaled - high * 100]}`
}

const orNull = (id: string | null): string => (id === null ? "null" : `"${id}"`)

const ids = (list: ReadonlyArray<string>): string => (list.length === 0 ? "[]" : `["${list.join('","')}"]`)

const featuresText = (features: ChosenPlace["features"]): string => {
  let text = ""
  for (const name in features) text += `${text === "" ? "{" : ","}"${name}":${decimal(features[name]!)}`
  return text === "" ? "{}" : `${text}}`
}

const optionText = (option: OfferOption, position: number, { node_id, features }: ChosenPlace): string =>
  `{"option_id":"${option.option_id}","node_id":${orNull(node_id)},"score":${option.score},"position":${position},"changes":${option.changes.length},"features":${featuresText(features)}}`

const states = new WeakMap<UserState, string>()

/** The same for many decisions, and most of their text: written once. */
export const userStateText = (state: UserState): string => {
  let text = states.get(state)
  if (text === undefined) {
    text = JSON.stringify(state)
    states.set(state, text)
  }
  return text
}

/** Words of ours (triggers, sources, model names) and ids stand as they are; what a client wrote is encoded. */
export const pivotRecordText = (one: PivotOffered, latencyMillis: number): string => {
  const { offer, chosen, slate } = one
  const { detail } = one.request
  let options = ""
  let scores = ""
  let selected = ""
  for (let i = 0; i < chosen.length; i++) {
    const { node_id } = chosen[i]!
    options += `${i === 0 ? "" : ","}${optionText(offer.options[i]!, i, chosen[i]!)}`
    if (node_id !== null) selected += `${selected === "" ? "" : ","}"${node_id}"`
  }
  for (let i = 0; i < slate.scores.length; i++) scores += `${i === 0 ? "" : ","}${decimal(slate.scores[i]!)}`
  return `{"pivot_id":"${offer.pivot_id}","user_id":${orNull(one.by)},"trip_id":"${one.trip_id}","slot_id":${orNull(offer.slot_id)},"trigger":"${offer.trigger}","detail":${detail === undefined ? "{}" : JSON.stringify(detail)},"options":[${options}],"reasons":${offer.reasons === undefined ? "[]" : JSON.stringify(offer.reasons)},"source":"${offer.source}","state_version":${offer.state_version},"model_name":"${offer.model.name}","model_version":"${offer.model.version}","latency_ms":${decimal(latencyMillis)},"offered_at":${one.offered_at},"ranked_for":"${one.user_id}","session_id":"${one.session_id}","candidate_ids":${ids(slate.candidate_ids)},"scores":[${scores}],"selected_ids":[${selected}],"user_state":${userStateText(one.user_state)}}`
}
