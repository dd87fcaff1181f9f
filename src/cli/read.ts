import * as Console from "effect/Console"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import type * as Effect from "effect/Effect"

/** What the command is told, and where it tells: the reading itself is another part's. */
export type ReadPosts<E, R> = (
  city: string,
  file: string,
  tell: (lines: string) => Effect.Effect<void>
) => Effect.Effect<void, E, R>

/** Shows what the local reader understands of posts; nothing is kept. */
export const read = <E, R>(run: ReadPosts<E, R>) =>
  Command.make(
    "read",
    {
      posts: Flag.String("posts").pipe(
        Flag.withDescription(
          "A file with one post per line, as JSON: {text}, and as far as known {id, title, place, lat, lon}."
        )
      ),
      city: Flag.String("city").pipe(
        Flag.withDescription("The slug of the city that they speak of; it has to be seeded.")
      )
    },
    ({ posts, city }) => run(city, posts, Console.log)
  ).pipe(
    Command.withDescription(
      "Reads posts as the local reader does and writes a JSON line for each: language, voice (resident, visitor, unclear) and mentions, each with the place's id and name, its words in the cleaned text (start, end), stance (praise, neutral, warn), sentiment 0–1, avoid, confidence, vibes and the sentence. Names that only say where something else is are landmarks. Nothing is kept."
    )
  )
