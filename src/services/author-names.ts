/**
 * Who wrote a post, without saying who: the same author has the same pseudonym for as long as the key is kept, and nobody without
 * the key can tell whose it is, nor try names until one fits.
 */
import * as Context from "effect/Context"

export class AuthorNames extends Context.Service<
  AuthorNames,
  {
    readonly pseudonym: (source: string, author: string) => string
  }
>()("overplanned/AuthorNames") {}
