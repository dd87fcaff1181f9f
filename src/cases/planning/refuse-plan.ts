/** A plan that cannot be made, in the sentences of what stands in its way. */
import type { Relaxation, TripConstraints } from "../../domain/plan/model.ts"
import type { RequestIssue } from "../../domain/trip/request.ts"
import { PlanRefused } from "../../services/trip-generation.ts"

/** What a request can say of a trip that may leave nothing to go to. */
const NARROWING = ["must", "avoid", "needs", "budget", "pace", "day_start", "day_end"] as const

const isNarrowing = (name: string): name is (typeof NARROWING)[number] =>
  (NARROWING as ReadonlyArray<string>).includes(name)

/** The field of a request that a rule of the planner comes from: rules have names of their own, which no request has. */
const fieldOf = (rule: string, constraints: TripConstraints): ReadonlyArray<string> => {
  if (isNarrowing(rule)) return ["constraints", rule]
  if (rule === "locked") return ["fixed"]
  const said = NARROWING.filter((name) => name !== "pace" && constraints[name] !== undefined)
  return said.length === 0 ? ["city"] : said.length === 1 ? ["constraints", said[0]!] : ["constraints"]
}

/** What left a plan empty, each sentence with the field that can be changed. */
export const emptyPlanIssues = (
  why: ReadonlyArray<Relaxation>,
  constraints: TripConstraints
): ReadonlyArray<RequestIssue> =>
  why.map(({ constraint, message }) => ({ path: fieldOf(constraint, constraints), message }))

export const refuse = (issues: ReadonlyArray<RequestIssue>, seeded?: ReadonlyArray<string>) =>
  new PlanRefused({
    message: issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; "),
    issues,
    ...(seeded === undefined ? {} : { seeded })
  })
