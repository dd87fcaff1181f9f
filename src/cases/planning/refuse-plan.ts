/** A plan that cannot be made, in the sentences of what stands in its way. */
import type { RequestIssue } from "../../domain/trip/request.ts"
import { PlanRefused } from "../../services/trip-generation.ts"

export const refuse = (issues: ReadonlyArray<RequestIssue>, seeded?: ReadonlyArray<string>) =>
  new PlanRefused({
    message: issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; "),
    issues,
    ...(seeded === undefined ? {} : { seeded })
  })
