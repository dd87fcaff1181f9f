/**
 * Every setting there is. `.env.example` is written from this table (`npm run format` keeps it true), `doctor` prints
 * it, and a wrong value stops the start with one sentence for each problem.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"
import { contradictions } from "./domain/contradictions.ts"
import * as S from "./domain/settings.ts"

/** The trained models of which one may rank. */
export const RANKING_MODELS = ["bpr", "dlrm"] as const

export const settings = {
  PORT: S.integer(0, 65_535)("Port of the gateway; 0 takes a free one.", { default: "8000" }),
  HOST: S.text("Address to listen on. Beyond loopback, AUTH_SECRET or AUTH_JWKS_URL must be set.", {
    default: "127.0.0.1"
  }),
  OVERPLANNED_DATA_DIR: S.text("Where the embedded database, the journal and generated secrets live.", {
    default: "./.overplanned"
  }),
  OVERPLANNED_DEMO: S.flag(
    "A demo: a traveler with a trip under way, every curated city, and a way in without a token for who sits at the machine. false for servers.",
    {
      default: "true"
    }
  ),
  FIRST_CITIES: S.list(
    "Which of our own cities an empty database is filled with: the first one before the server answers, the others behind it. A demo shows all of them.",
    { default: "seattle,new-york,mexico-city,tokyo" }
  ),
  OVERPLANNED_NODE_ID: S.optional(
    S.text("Name of this node in journal progress and job claims. Default: made once, kept in the data directory.")
  ),

  NODE_ADDRESS: S.optional(
    S.address(
      "Host and port where the other servers of this database reach this one, such as 10.0.0.5:8000. Set it on all of them: one owns the trips, the others pass on to it and take over. Unset: this server is alone."
    )
  ),
  NODE_STOP_DELAY: S.duration(
    "How long a server that is told to stop goes on passing requests on to the one that owns the trips, so that a load balancer hears of it first. /ready says meanwhile that it stops. Only with NODE_ADDRESS, beside another server.",
    { default: "5s" }
  ),
  NODE_WAITS: S.flag(
    "Where another server owns the trips and NODE_ADDRESS is unset: true waits for its place, false refuses to start.",
    { default: "false" }
  ),

  DATABASE_URL: S.optional(
    S.secretUrl("postgres:", "postgresql:")("PostgreSQL 15 or newer. Unset: an embedded PostgreSQL is run for you.")
  ),
  DATABASE_POOL_SIZE: S.integer(2, 200)("Most connections to PostgreSQL.", { default: "12" }),
  DATABASE_START_PATIENCE: S.duration("Longest that a start waits for a database which cannot be reached.", {
    default: "1m"
  }),
  DATABASE_STATEMENT_TIMEOUT: S.duration("Longest a statement of a request may run.", { default: "5s" }),

  REDIS_URL: S.optional(S.secretUrl("redis:", "rediss:")("Shared cache. Unset: a bounded cache in this process.")),
  QDRANT_URL: S.optional(
    S.url("http:", "https:")("Vector index. Unset: an exact index in this process, for cities of up to 30,000 places.")
  ),
  QDRANT_API_KEY: S.optional(S.secret("Key for QDRANT_URL.")),
  VECTOR_INDEX: S.oneOf(
    "auto",
    "memory",
    "qdrant",
    "pgvector"
  )("Which vector index serves searches; auto takes Qdrant when QDRANT_URL is set, else memory.", { default: "auto" }),

  ANTHROPIC_API_KEY: S.optional(S.secret("Key for Claude. Unset: the local ranker answers, and says so.")),
  ANTHROPIC_BASE_URL: S.optional(S.url("http:", "https:")("Another address that speaks the Messages API.")),
  LLM_MODEL_FAST: S.text("Model that ranks and narrates.", { default: "claude-haiku-4-5" }),
  LLM_MODEL_CAREFUL: S.text("Model for arbitration edge cases only.", { default: "claude-sonnet-4-5" }),
  ARBITRATION_BY_CLAUDE: S.oneOf("on", "off")(
    "Whether the careful model is asked where a trained model and Claude disagree, no rule decides, and neither is sure. It costs more than a ranking.",
    { default: "off" }
  ),
  LLM_DAILY_BUDGET_USD: S.decimal(0, 1_000_000)("Most that Claude may cost in one UTC day.", { default: "25" }),
  LLM_USER_DAILY_BUDGET_USD: S.decimal(0, 1_000_000)("Most that one traveler may cost in one UTC day.", {
    default: "1"
  }),
  LLM_TIMEOUT: S.duration("Longest wait for one call to Claude.", { default: "6s" }),
  LLM_MAX_CONCURRENT: S.integer(1, 1000)("Most calls to Claude at once.", { default: "64" }),
  LLM_LEDGER_PATIENCE: S.duration(
    "Longest wait for the database to set a call's cost aside; without that, Claude is not asked.",
    { default: "1s" }
  ),
  PLAN_DEADLINE: S.duration(
    "Longest that a plan waits for Claude: five eighths of it for the order of places, the rest for the words. What has not come by then, the local ranker and plain words stand in for.",
    { default: "7200ms" }
  ),

  GOOGLE_PLACES_API_KEY: S.optional(S.secret("Key for Google Places, used for cities that are not seeded.")),
  GOOGLE_PLACES_BASE_URL: S.optional(S.url("http:", "https:")("Another address that speaks the Places API.")),
  GOOGLE_PLACES_DAILY_CALLS: S.integer(0, 1_000_000)("Most calls to Places in one UTC day.", { default: "500" }),

  OVERPASS_URL: S.optional(
    S.url(
      "https:",
      "http:"
    )(
      "Where queries of Overpass are sent, such as https://overpass.example.org/api/interpreter: `seed-city --source osm` asks it where no file is given. Mind the terms of whose it is."
    )
  ),
  OVERPASS_KEPT: S.duration("How long an answer of Overpass is taken for true before it is asked again.", {
    default: "7d"
  }),
  SEEDING_MEMORY: S.bytes(
    "Most heap of the process in which a job of the server seeds a city (curated and synthetic cities need none).",
    { default: "1GiB" }
  ),
  SEED_FILE_MAX: S.bytes("Largest file that an operator may hand in, in parts, to be seeded by a job.", {
    default: "512MiB"
  }),
  SOURCES_FILE: S.optional(
    S.text("A JSON file that names the sources of posts to read: docs/sources.md. Unset: none are read.")
  ),
  SOURCES_CONTACT: S.text("An address under which owners of sources can complain; it is told to each of them.", {
    default: "no address given"
  }),
  SOURCES_INNER_HOSTS: S.list(
    "Names of hosts of SOURCES_FILE that may be at inner addresses, separated by commas. None by default.",
    { default: "" }
  ),
  OWN_SERVERS_PACE: S.integer(1, 10_000)(
    "How many times faster than a stranger's the servers of OVERPASS_URL and SOURCES_INNER_HOSTS are asked. Above 1 only where they are your own.",
    { default: "1" }
  ),
  PUSH_SERVICES: S.list(
    "Hosts of the push services of browsers that notifications may be sent through; *. stands for any name before it.",
    { default: "fcm.googleapis.com,*.push.services.mozilla.com,*.notify.windows.com,*.push.apple.com" }
  ),
  PUSH_CONTACT: S.optional(
    S.text("A mailto: or https: address that push services are told, to write to where something is wrong.")
  ),
  MAP_TILES: S.optional(
    S.tiles(
      "Pictures of streets below the app's map, such as https://tiles.example.org/{z}/{x}/{y}.png (Web Mercator). Whoever serves them hears where travelers look: mind their terms. Unset: drawn from our own places alone."
    )
  ),
  MAP_TILES_CREDIT: S.optional(S.text("What the licence of MAP_TILES asks to be shown; it stands below the map.")),
  REDDIT_CLIENT_ID: S.optional(S.text("The operator's own application at Reddit.")),
  REDDIT_CLIENT_SECRET: S.optional(S.secret("Secret of REDDIT_CLIENT_ID.")),
  REDDIT_TOKEN_URL: S.url("https:", "http:")("Where Reddit gives out keys.", {
    default: "https://www.reddit.com/api/v1/access_token"
  }),
  REDDIT_API_URL: S.url("https:", "http:")("Where Reddit's API is.", { default: "https://oauth.reddit.com" }),
  POSTS_AUTHOR_KEY: S.optional(
    S.secretOfAtLeast(32)(
      "Key of the pseudonyms under which authors of posts are counted; the same on every node. Unset: made once, kept in the data directory."
    )
  ),
  POSTS_READ_BY_CLAUDE: S.oneOf("on", "off")("Whether Claude reads posts, too: docs/sources.md.", { default: "on" }),
  POSTS_READ_AT_ONCE: S.integer(1, 10_000)("Posts of one batch for Claude to read.", { default: "500" }),
  POSTS_TEXT_DAYS: S.integer(1, 3650)("Days that the words of posts are kept; what was read in them stays counted.", {
    default: "90"
  }),

  AUTH_SECRET: S.optional(
    S.secretOfAtLeast(32)("Secret of HS256 tokens. Unset on loopback: made once, kept in the data directory.")
  ),
  AUTH_JWKS_URL: S.optional(S.url("http:", "https:")("Key set for RS256 and ES256 tokens, in place of AUTH_SECRET.")),
  AUTH_AUDIENCE: S.optional(S.text("Audience that tokens must name.")),
  AUTH_ISSUER: S.optional(S.text("Issuer that tokens must name.")),
  AUTH_MAX_TOKEN_AGE: S.duration("Tokens that live longer than this are refused.", { default: "24h" }),
  AUTH_SESSION: S.duration("How long after signing in a traveler's own token can be renewed or handed on.", {
    default: "90d"
  }),
  AUTH_RENEW_WITHIN: S.duration("How long after it ran out a token can still be renewed: for phones that were away.", {
    default: "7d"
  }),
  AUTH_CLOCK_SKEW: S.duration("How far another clock may be off.", { default: "30s" }),

  SIGN_IN_CODE_LIFE: S.duration("How long a code holds that signs in on another device.", { default: "10m" }),
  SIGN_IN_GUESSES_PER_ADDRESS: S.integer(1, 1_000_000)(
    "Codes that may be tried in a minute from one address (of IPv6: from one network), also where RATE_LIMIT is off.",
    { default: "10" }
  ),
  SIGN_IN_GUESSES: S.integer(1, 1_000_000)(
    "Codes that may be tried in a minute by everybody together, also where RATE_LIMIT is off.",
    { default: "300" }
  ),

  CORS_ORIGINS: S.list("Origins that a browser may call from, separated by commas; * for any.", { default: "" }),
  TRUSTED_PROXIES: S.networks("Where your proxies call from, whose X-Forwarded-For is believed.", { default: "" }),
  RATE_LIMIT: S.flag("Limits requests per traveler and per address. off for load tests.", { default: "on" }),
  RATE_LIMIT_USER_PER_MINUTE: S.integer(1, 1_000_000)("Requests a traveler may make in a minute.", { default: "1200" }),
  RATE_LIMIT_ADDRESS_PER_MINUTE: S.integer(1, 1_000_000)("Requests an address may make in a minute.", {
    default: "6000"
  }),
  HTTP_MAX_BODY: S.bytes("Largest request body.", { default: "1MiB" }),
  HTTP_REQUEST_TIMEOUT: S.duration("Longest that a request may take before it is answered with 503.", {
    default: "30s"
  }),
  HTTP_DRAIN_TIMEOUT: S.duration("How long a stopping server waits for requests under way.", { default: "10s" }),
  METRICS_PORT: S.optional(S.integer(0, 65_535)("Serves /metrics on another port, open to HOST, for a scraper.")),

  IDEMPOTENCY_TTL: S.duration("How long a write's receipt is kept for replays.", { default: "24h" }),

  SIGNAL_MAX_AHEAD: S.duration("How far in the future a signal may say it happened.", { default: "5m" }),
  SIGNAL_MAX_AGE: S.duration("How old a signal may be when it arrives.", { default: "30d" }),
  SIGNAL_REMEMBERED_IDS: S.integer(1000, 10_000_000)("Signal ids that are remembered to recognise duplicates.", {
    default: "200000"
  }),
  SIGNAL_LOOK_UP: S.duration("Longest that a first look at a trip may delay its signals.", { default: "100ms" }),

  JOURNAL_ACKS: S.oneOf("local", "pg")(
    "When a write is acknowledged: local, once it is on this disk, whatever becomes of PostgreSQL; pg, once it is in PostgreSQL, for machines whose disk is gone with them.",
    { default: "local" }
  ),
  JOURNAL_DISK_BUDGET: S.bytes("Most disk the journal may take before writes are refused.", { default: "2GiB" }),
  JOURNAL_SEGMENT_SIZE: S.bytes("Size at which a journal segment is closed.", { default: "64MiB" }),
  JOURNAL_MEMORY_BUDGET: S.bytes("Most memory for records that wait for the disk.", { default: "64MiB" }),
  JOURNAL_LINGER: S.duration("How long records that nobody waits for (the log of offers) gather in memory.", {
    default: "20ms"
  }),
  JOURNAL_DRAIN_BATCH: S.integer(1, 10_000)("Records that the drainer moves into PostgreSQL at a time.", {
    default: "1000"
  }),

  ACTOR_MAILBOX: S.integer(1, 100_000)("Commands that may wait for one actor.", { default: "256" }),
  ACTOR_MEMORY_BUDGET: S.bytes("Memory for resident actors before the least recently used leave.", {
    default: "1GiB"
  }),
  ACTOR_IDLE: S.duration("How long an actor stays in memory unasked.", { default: "30m" }),
  ACTOR_COMMAND_DEADLINE: S.duration("Longest that a command may wait for its answer.", { default: "5s" }),
  FALLBACK_HORIZON: S.duration("How far ahead fallbacks are worked out.", { default: "36h" }),
  MOOD_SEARCH_DEADLINE: S.duration(
    "Longest that a trip searches for a mood that no answers are kept ready for; what was checked until then is offered.",
    { default: "20ms" }
  ),
  OFFER_TTL: S.duration("How long an offered replacement may be taken.", { default: "10m" }),

  WEATHER_URL: S.optional(
    S.url("http:", "https:")("An address that speaks the Open-Meteo API. Unset: no forecasts are fetched.")
  ),
  WEATHER_EVERY: S.duration("How often forecasts are looked at.", { default: "30m" }),

  OSRM_URL: S.optional(
    S.url(
      "http:",
      "https:"
    )(
      "A routing engine that speaks OSRM's /table with a foot profile, asked for walks between neighbouring places when a city is seeded. Unset: straight lines with a detour."
    )
  ),

  GTFS_RT_FEEDS: S.list(
    "Feeds of GTFS-realtime, each as city=url, separated by commas: their alerts and delays become events of the city. None by default.",
    { default: "" }
  ),
  GTFS_RT_EVERY: S.duration("How often the feeds of GTFS_RT_FEEDS are read.", { default: "1m" }),

  STREAM_MAX_FRAME: S.bytes("Largest frame that a client may send on a trip's stream.", { default: "32KiB" }),
  STREAM_MAX_BUFFER: S.bytes("Bytes that may wait for a slow reader of a stream before it is closed with 4008.", {
    default: "256KiB"
  }),
  STREAM_FRAMES_PER_SECOND: S.integer(1, 100_000)(
    "Frames a client may send in a second, on average over five, before its stream is closed with 1008.",
    {
      default: "50"
    }
  ),
  STREAM_IDLE: S.duration("How long a stream may be silent, pings unanswered, before it is closed.", {
    default: "60s"
  }),
  STREAM_PER_USER: S.integer(1, 100_000)("Streams that one traveler may have open.", { default: "200" }),
  STREAM_PER_LINK: S.integer(1, 100_000)("Streams that may be open by one link to read a plan, whoever holds it.", {
    default: "100"
  }),
  STREAM_DRAIN_SPREAD: S.duration("A stopping server asks its streams to reconnect in groups spread over this time.", {
    default: "3s"
  }),

  CACHE_MAX_ENTRIES: S.integer(1, 10_000_000)("Entries of the cache in this process.", { default: "20000" }),
  CACHE_TTL: S.duration("How long a cached ranking is served.", { default: "24h" }),

  RANKING_WARMING: S.oneOf("on", "off")(
    "Whether Claude is asked ahead of time for what the next travelers of a trip's kind will want.",
    { default: "on" }
  ),

  MODELS_DIR: S.optional(S.text("Where trained models are kept. Default: models/ in the data directory.")),
  RANKING_MODEL: S.oneOf(...RANKING_MODELS)(
    "The trained model that may rank for warm travelers, once a version of it is in production. For whom its first version does not rank yet, the other one goes on where that is in production for everybody.",
    { default: "bpr" }
  ),
  MODELS_REFRESH_EVERY: S.duration(
    "How soon a promotion or a rollback is noticed by every server; a rollback has to be everywhere within half a minute.",
    { default: "10s" }
  ),
  SHADOW_CPU_SHARE: S.decimal(0, 1)(
    "Share of one core that models in the shadow may use; what is beyond it is left out.",
    {
      default: "0.1"
    }
  ),
  TEXT_EMBEDDING_MODEL: S.optional(S.text("Folder of a sentence-transformer in ONNX form, with its tokenizer.")),
  DATASETS_DIR: S.text("Where datasets are published.", { default: "./datasets" }),
  MLFLOW_TRACKING_URI: S.optional(
    S.url(
      "http:",
      "https:"
    )("An MLflow server that is told of datasets and trainings. Unset: files beside the datasets.")
  ),
  K_ANONYMITY: S.integer(1, 1000)("Combinations rarer than this are generalised when a person is erased.", {
    default: "5"
  }),
  JOBS_TIME_ZONE: S.text("Time zone of the nightly jobs.", { default: "UTC" }),

  LOG_FORMAT: S.oneOf("pretty", "json")("How log lines look.", { default: "pretty" }),
  LOG_LEVEL: S.oneOf("debug", "info", "warn", "error")("The least that is logged.", { default: "info" }),
  OTEL_EXPORTER_OTLP_ENDPOINT: S.optional(S.url("http:", "https:")("Sends traces, metrics and logs there.")),
  OTEL_SERVICE_NAME: S.text("Name in traces.", { default: "overplanned" })
} as const

export type Settings = S.Values<typeof settings>

class SettingsRefused extends Schema.TaggedError<SettingsRefused>()("SettingsRefused", {
  message: Schema.String
}) {
  /** What system tools use for a wrong configuration. */
  override readonly [Runtime.errorExitCode] = 78
}

const readConfig = (
  environment: Readonly<Record<string, string | undefined>>
): Result.Result<Settings, SettingsRefused> => {
  const read = S.readSettings(settings, environment, "OVERPLANNED_")
  const problems = Result.isFailure(read) ? read.failure : contradictions(read.success)
  if (problems.length > 0) {
    return Result.fail(new SettingsRefused({ message: problems.map((problem) => problem.message).join("\n") }))
  }
  return read as Result.Result<Settings, never>
}

/** Where trained models lie: `<model>/<version>/` each. */
export const modelsDirOf = (settings: Pick<Settings, "MODELS_DIR" | "OVERPLANNED_DATA_DIR">): string =>
  settings.MODELS_DIR ?? `${settings.OVERPLANNED_DATA_DIR}/models`

/** The settings in force. */
export class Config extends Context.Service<Config, Settings>()("overplanned/Config") {
  static readonly layer = (environment: Readonly<Record<string, string | undefined>>) =>
    Layer.effect(Config, Effect.fromResult(readConfig(environment)))
}
