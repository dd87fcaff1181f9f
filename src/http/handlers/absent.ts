/** Routes of the contract whose capability this build does not carry: they answer 503 with a sentence. */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as Layer from "effect/Layer"
import { Api } from "../api/api.ts"
import { Unavailable } from "../api/problems.ts"

export const absent = () =>
  Effect.fail(
    new Unavailable({ detail: "This part of the contract is not served by this build.", retry_after_seconds: 3600 })
  )

export const layer = Layer.mergeAll(
  HttpApiBuilder.group(Api, "trips", (group) =>
    group.handleAll({
      create: absent,
      list: absent,
      read: absent,
      change: absent,
      invite: absent,
      join: absent,
      leave: absent,
      replan: absent,
      veto: absent,
      changeSlot: absent,
      pivot: absent,
      answerPivot: absent
    })
  ),
  HttpApiBuilder.group(Api, "admin", (group) =>
    group.handleAll({
      seedCity: absent,
      seedTrainingData: absent,
      train: absent,
      job: absent,
      cityEvent: absent,
      models: absent,
      promote: absent,
      shadow: absent,
      costs: absent,
      actors: absent
    })
  )
)
