/** Requests that are not of the form a route takes, told field by field. */
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import { InvalidRequest } from "./problems.ts"

export class RequestForm extends HttpApiMiddleware.Service<RequestForm>()("overplanned/RequestForm", {
  error: InvalidRequest
}) {}
