import type { Json } from "../support/server.ts"
import type { World } from "./world.ts"

/** Counted by hand from what was logged beside a version: how often something that was wanted stands among the first five. */
export const hitsInShadow = async (world: World, version: string) => {
  const logged = await world.rows(
    (sql) => sql`
      select r.ranked_ids as served, r.shadow_ranked_ids as shadow, array_agg(o.activity_node_id) as wanted
      from ranking_events r join decision_outcomes o on o.decision_id = r.id and o.outcome = 'confirmed'
      where r.shadow_model_version = ${version} and r.source = 'app' group by r.id`
  )
  /** Of either order what the other has too. */
  const common = logged.map(({ served, shadow, wanted }: Json) => ({
    served: served.filter((id: string) => shadow.includes(id)),
    shadow: shadow.filter((id: string) => served.includes(id)),
    wanted: new Set<string>(wanted)
  }))
  const judged = common.filter(({ served, wanted }) => {
    const taken = served.filter((id: string) => wanted.has(id)).length
    return taken > 0 && taken < served.length
  })
  const share = (side: "served" | "shadow") =>
    judged.filter((one) => one[side].slice(0, 5).some((id: string) => one.wanted.has(id))).length / judged.length
  return { judged: judged.length, served: share("served"), shadow: share("shadow") }
}
