/** Written from the contract by `npm run format`: change the contract, not this file. */

/** Done, and on disk. */
export type AckFrame = {
  readonly type: "ack"
  readonly id?: string
  readonly state_version?: number
  readonly expires_at?: string
}

/** An actor in memory, or as it was when it was interrupted: its fiber, and the child fibers in its scope. */
export type ActorShown = {
  readonly kind: string
  readonly id: string
  readonly status: "loading" | "ready" | "restarting" | "ending"
  readonly fiber: number
  readonly waiting: number
  readonly wakes_at: string | null
  readonly feeds: boolean
  readonly children: ReadonlyArray<{
    readonly fiber: number
    readonly name: string
  }>
}

/** The token is a traveler's, and the route is for administrators. */
export type AdminsOnly = {
  readonly detail?: string
  readonly instance?: string
  readonly request_id?: string
  readonly type: "urn:overplanned:problem:admins-only"
  readonly status?: 403
  readonly title?: "This route is for administrators"
}

/** Whose work places are, in the words that the licence asks to be shown wherever they are shown. */
export type Attribution = {
  readonly source: string
  readonly licence: string
  readonly text: string
  readonly url: string | null
}

/** Goes on with a renewed token of the same traveler, without a new connection. */
export type AuthFrame = {
  readonly type: "auth"
  readonly id?: string
  readonly token: string
}

/** What a trip can be asked to leave out: a vibe, a kind of place, or what has a roof or has none. */
export type Avoidable =
  | "cozy"
  | "lively"
  | "quiet"
  | "romantic"
  | "playful"
  | "moody"
  | "serene"
  | "festive"
  | "locals_favorite"
  | "hidden_gem"
  | "iconic"
  | "old_school"
  | "quirky"
  | "trendy"
  | "family_run"
  | "neighbourhood_hub"
  | "comfort_food"
  | "street_food"
  | "fine_dining"
  | "seafood"
  | "plant_based"
  | "sweet_tooth"
  | "adventurous_eats"
  | "farm_to_table"
  | "specialty_coffee"
  | "tea_ritual"
  | "craft_beer"
  | "wine"
  | "cocktails"
  | "dive_bar"
  | "late_night"
  | "dancing"
  | "waterfront"
  | "green_space"
  | "scenic_view"
  | "hiking"
  | "wildlife"
  | "gardens"
  | "beach_day"
  | "golden_hour"
  | "contemporary_art"
  | "fine_art"
  | "history"
  | "architecture"
  | "live_music"
  | "performing_arts"
  | "literary"
  | "spiritual"
  | "strolling"
  | "active"
  | "hands_on"
  | "people_watching"
  | "browsing"
  | "vintage"
  | "wellness"
  | "handmade"
  | "solo_friendly"
  | "date_night"
  | "family_friendly"
  | "group_friendly"
  | "budget_friendly"
  | "splurge"
  | "rainy_day"
  | "quick_stop"
  | "restaurant"
  | "cafe"
  | "bakery"
  | "food_hall"
  | "dessert"
  | "bar"
  | "brewery"
  | "nightclub"
  | "music_venue"
  | "theatre"
  | "cinema"
  | "market"
  | "shop"
  | "bookstore"
  | "museum"
  | "gallery"
  | "landmark"
  | "historic_site"
  | "temple"
  | "library"
  | "park"
  | "garden"
  | "viewpoint"
  | "beach"
  | "trail"
  | "neighbourhood_walk"
  | "zoo_aquarium"
  | "spa"
  | "sport"
  | "workshop"
  | "entertainment"
  | "indoor"
  | "outdoor"

/** A kind of place. */
export type Category =
  | "restaurant"
  | "cafe"
  | "bakery"
  | "street_food"
  | "food_hall"
  | "dessert"
  | "bar"
  | "brewery"
  | "nightclub"
  | "music_venue"
  | "theatre"
  | "cinema"
  | "market"
  | "shop"
  | "bookstore"
  | "museum"
  | "gallery"
  | "landmark"
  | "historic_site"
  | "temple"
  | "library"
  | "park"
  | "garden"
  | "viewpoint"
  | "beach"
  | "trail"
  | "neighbourhood_walk"
  | "zoo_aquarium"
  | "spa"
  | "sport"
  | "workshop"
  | "entertainment"

/** What one option does to one stop. */
export type Change = {
  readonly slot_id: string
  readonly action: "replace" | "move" | "shorten" | "drop"
  readonly node?: NodeBrief
  readonly starts_at: string
  readonly ends_at: string
  readonly open: "open" | "unknown"
  readonly travel_minutes: number
  readonly opening_hours?: string | null
  readonly price_tier?: number
  readonly price_known?: boolean
  readonly booking_needed?: boolean
  readonly expected?: Expected | null
  readonly day?: number
}

/** What a change did: the stops as they are now, and the ones that are gone. */
export type ChangeView = {
  readonly trip_id: string
  readonly state_version: number
  readonly status: "planning" | "confirmed" | "active" | "completed" | "shortened" | "cancelled"
  readonly fixed: ReadonlyArray<FixedView>
  readonly undo: ReadonlyArray<UndoView>
  readonly changed: ReadonlyArray<SlotView>
  readonly moved: ReadonlyArray<{
    readonly slot_id: string
    readonly from: string
    readonly to: string
  }>
  readonly removed: ReadonlyArray<string>
  readonly downstream: ReadonlyArray<string>
}

/** A city that trips can be planned in. */
export type CityView = {
  readonly slug: string
  readonly name: string
  readonly country: string
  readonly time_zone: string
  readonly languages: ReadonlyArray<string>
  readonly currency: string | null
  readonly nodes: number
  readonly catalog_version: number
}

/** Somebody who might travel well with you, and wants to be asked. */
export type CompanionSuggestion = {
  readonly user_id: string
  readonly score: number
  readonly interests: ReadonlyArray<string>
}

/** The trip is in a state that does not allow this. */
export type Conflict = {
  readonly detail?: string
  readonly instance?: string
  readonly request_id?: string
  readonly type: "urn:overplanned:problem:conflict"
  readonly status?: 409
  readonly title?: "The present state does not allow this"
}

/** One day of the plan. */
export type DayView = {
  readonly day: number
  readonly date: string
  readonly slots: ReadonlyArray<SlotView>
  readonly way: {
    readonly minutes: number
    readonly back_minutes: number | null
  }
  readonly prices: PricesView
  readonly free_time?: ReadonlyArray<FreeTimeView>
}

/** The server is stopping: come back in a moment, to where you are. */
export type DrainFrame = {
  readonly type: "drain"
  readonly reconnect_in_ms: number
}

/** Not done, with a problem as HTTP would answer it. */
export type ErrorFrame = {
  readonly type: "error"
  readonly id?: string
  readonly problem: Problem
}

/** What one kind of source says of a place. */
export type EvidenceLine = {
  readonly kind: "editor" | "posts" | "aggregator" | "travelers"
  readonly voice: "local" | "tourist"
  readonly source: string
  readonly count: number | null
  readonly licence: string | null
  readonly text: string
}

/** What is usual for such places at that time: a warning, never a claim. */
export type Expected = {
  readonly usually: "open" | "closed"
  readonly known: number
  readonly text: string
}

/** Something that the travelers bring themselves: everything else goes around it. */
export type FixedView = {
  readonly id: string
  readonly title: string
  readonly kind: "arrival" | "departure" | "reservation" | "ticket" | "place" | "other"
  readonly day: number
  readonly starts_at: string
  readonly ends_at: string
  readonly lat: number | null
  readonly lon: number | null
  readonly travel_minutes: number
}

/** A gap that is no pause any more, and what one could do with it. */
export type FreeTimeView = {
  readonly starts_at: string
  readonly ends_at: string
  readonly minutes: number
  readonly message: string
  readonly ideas: ReadonlyArray<{
    readonly id: string
    readonly name: string
  }>
}

/** The first frame: where the trip stands, and whether all that was missed follows. */
export type HelloFrame = {
  readonly type: "hello"
  readonly epoch: string
  readonly seq: number
  readonly recovered: boolean
  readonly open_offers: ReadonlyArray<Offer>
  readonly online: ReadonlyArray<string>
  readonly trip?: TripView
}

/** The `Idempotency-Key` was used for another request. */
export type IdempotencyConflict = {
  readonly detail?: string
  readonly instance?: string
  readonly request_id?: string
  readonly type: "urn:overplanned:problem:idempotency-conflict"
  readonly status?: 409
  readonly title?: "This Idempotency-Key was used for another request"
}

/** The request is not of the form that the route takes; `errors` name each field. */
export type InvalidRequest = {
  readonly detail?: string
  readonly instance?: string
  readonly request_id?: string
  readonly errors?: ReadonlyArray<Issue>
  readonly type: "urn:overplanned:problem:invalid-request"
  readonly status?: 400
  readonly title?: "The request is not of the form this route takes"
}

/** What whoever holds an invitation may know before they join. */
export type InvitationView = {
  readonly from_name: string | null
  readonly city: string
  readonly start_date: string
  readonly end_date: string
  readonly status: "planning" | "confirmed" | "active" | "completed" | "shortened" | "cancelled"
  readonly travelers: number
  readonly joined: boolean
  readonly expires_at: string
  readonly sees: ReadonlyArray<string>
}

/** One thing that is wrong with a request. */
export type Issue = {
  readonly path: ReadonlyArray<string | number>
  readonly message: string
}

/** Work that goes on after its request was answered. */
export type JobView = {
  readonly id: string
  readonly kind: string
  readonly state: "queued" | "running" | "done" | "failed"
  readonly attempts: number
  readonly progress: unknown | null
  readonly result: unknown | null
  readonly error: string | null
  readonly created_at: string
  readonly finished_at: string | null
}

/** A secret link that holds. Its secret is not told again. */
export type LinkView = {
  readonly id: string
  readonly kind: "invite" | "calendar" | "share"
  readonly from_name: string | null
  readonly expires_at: string
}

/** Where the travelers sleep: days begin and end there. */
export type Lodging = {
  readonly title?: string
  readonly lat: number
  readonly lon: number
}

/** Pictures of the ground, in squares of Web Mercator, for whoever draws a map. Whoever serves them hears who looks where. */
export type MapTiles = {
  readonly address: string
  readonly credit: string
}

/** Somebody was invited, joined or left, or an invitation was closed. */
export type MemberChangedFrame = {
  readonly type: "member_changed"
  readonly user_id: string
  readonly change: "invited" | "declined" | "withdrawn" | "expired" | "joined" | "left"
  readonly by: string | null
  readonly seq: number
  readonly at: string
}

/** Somebody who belongs to the trip, and what the plan has for them. */
export type MemberView = {
  readonly user_id: string
  readonly role: "owner" | "member"
  readonly share?: number
  readonly stops?: ReadonlyArray<string>
  readonly got?: string
}

/** One version of a model, with what is known of it. */
export type ModelView = {
  readonly model_name: string
  readonly model_version: string
  readonly model_type: string
  readonly description: string
  readonly stage: "staging" | "shadow" | "production" | "archived"
  readonly training_date: string | null
  readonly promoted_at: string | null
  readonly metrics: unknown
  readonly artifact_sha256: string | null
  readonly features_version: string | null
  readonly encoder_version: string | null
  readonly code_commit: string | null
  readonly lineage: unknown
  readonly card: string
  readonly promotion: unknown
  readonly traffic_percent: number | null
  readonly took_over_from: string | null
  readonly people_erased: number
}

/** Somebody who would like to travel with you, as you with them. */
export type MutualCompanion = {
  readonly user_id: string
  readonly interests: ReadonlyArray<string>
}

/** A link that was just made. Only now is its secret told: a hash of it is all that is kept. */
export type NewLink = {
  readonly id: string
  readonly kind: "invite" | "calendar" | "share"
  readonly from_name: string | null
  readonly expires_at: string
  readonly code: string
  readonly path: string
}

/** Why nothing, or not more, could be offered, with how many places fell to it. */
export type NoPivotReason = {
  readonly reason: string
  readonly message: string
  readonly places: number
}

/** A place, in short. */
export type NodeBrief = {
  readonly id: string
  readonly name: string
  readonly category: Category
  readonly lat: number
  readonly lon: number
  readonly neighbourhood: string
  readonly vibe_tags: ReadonlyArray<VibeTag>
}

/** A place of the catalog, with all that is known of it. */
export type NodeView = {
  readonly id: string
  readonly name: string
  readonly category: Category
  readonly neighbourhood: string
  readonly lat: number
  readonly lon: number
  readonly time_zone: string
  readonly opening_hours: string | null
  readonly open: "open" | "closed" | "unknown"
  readonly expected: Expected | null
  readonly price_tier: number
  readonly price_known: boolean
  readonly setting: "indoor" | "outdoor" | "mixed"
  readonly vibe_tags: ReadonlyArray<VibeTag>
  readonly overrated: boolean | null
  readonly overrated_by: "editor" | "sources" | null
  readonly cross_ref_confidence: number | null
  readonly source: string
  readonly source_tier: number
  readonly evidence: ReadonlyArray<EvidenceLine>
  readonly names: Readonly<Record<string, string>>
  readonly facts: PlaceFacts
  readonly booking_needed: boolean
  readonly attribution: ReadonlyArray<Attribution>
}

/** There is no such thing, or it is not yours: nobody learns which. */
export type NotFound = {
  readonly detail?: string
  readonly instance?: string
  readonly request_id?: string
  readonly type: "urn:overplanned:problem:not-found"
  readonly status?: 404
  readonly title?: "There is no such thing, or it is not yours"
}

/** The answer to a disruption: verified ways to go on, or an honest none with reasons. Advice until somebody accepts. */
export type Offer = {
  readonly pivot_id: string
  readonly trigger: "venue_closed" | "weather" | "mood" | "transit"
  readonly slot_id: string | null
  readonly options: ReadonlyArray<OfferOption>
  readonly reasons?: ReadonlyArray<NoPivotReason>
  readonly computed_at: string
  readonly expires_at: string
  readonly state_version: number
  readonly model: {
    readonly name: string
    readonly version: string
  }
  readonly source: "precomputed" | "on_demand"
  readonly catalog_version: number
}

/** An offer was dismissed, or nobody answered it in time. */
export type OfferClosedFrame = {
  readonly type: "offer_closed"
  readonly pivot_id: string
  readonly response: "dismiss" | "ignore"
  readonly vote?: VoteResult
  readonly by: string | null
  readonly seq: number
  readonly at: string
}

/** Ways to go on: asked for, with the id of the question, or pushed when something happens to the city. */
export type OfferFrame = {
  readonly type: "offer"
  readonly id?: string
  readonly pivot_id: string
  readonly trigger: "venue_closed" | "weather" | "mood" | "transit"
  readonly slot_id: string | null
  readonly options: ReadonlyArray<OfferOption>
  readonly reasons?: ReadonlyArray<NoPivotReason>
  readonly computed_at: string
  readonly expires_at: string
  readonly state_version: number
  readonly model: {
    readonly name: string
    readonly version: string
  }
  readonly source: "precomputed" | "on_demand"
  readonly catalog_version: number
}

/** One verified way to go on. */
export type OfferOption = {
  readonly option_id: string
  readonly kind?:
    | "rest_of_day"
    | "closest_in_taste"
    | "closest_on_foot"
    | "different_idea"
    | "wait"
    | "skip"
    | "another_day"
  readonly changes: ReadonlyArray<Change>
  readonly unchanged: number
  readonly score: number
  readonly why: ReadonlyArray<string>
  readonly evidence: ReadonlyArray<EvidenceLine>
}

/** The taste that was made of what was said, and what was not understood of it. */
export type Onboarded = {
  readonly user_id: string
  readonly dimensions: Readonly<
    Partial<
      Record<
        | "pace_preference"
        | "budget_sensitivity"
        | "cuisine_openness"
        | "social_mode"
        | "time_orientation"
        | "primary_interest"
        | "trip_count"
        | "category_affinities",
        {
          readonly value: unknown
          readonly confidence: number
          readonly source: string
        }
      >
    >
  >
  readonly top_vibes: ReadonlyArray<{
    readonly tag: VibeTag
    readonly weight: number
  }>
  readonly encoder_version: string
  readonly model_encoder_version: string | null
  readonly state: "cold" | "warm"
  readonly signal_count: number
  readonly signals_to_go: number
  readonly recent: ReadonlyArray<{
    readonly signal_id: string
    readonly signal_type:
      | "slot_view"
      | "slot_accept"
      | "slot_skip"
      | "slot_swap"
      | "pivot_accept"
      | "pivot_dismiss"
      | "pivot_ignore"
      | "thumbs_up"
      | "thumbs_down"
      | "discovery_swipe_right"
      | "discovery_swipe_left"
      | "post_trip_rating"
      | "candidate_set_logged"
    readonly occurred_at: string
    readonly node: NodeBrief | null
    readonly changes: ReadonlyArray<
      | {
          readonly dimension:
            | "pace_preference"
            | "budget_sensitivity"
            | "cuisine_openness"
            | "social_mode"
            | "time_orientation"
            | "primary_interest"
            | "trip_count"
            | "category_affinities"
          readonly tag: VibeTag
          readonly change: number
        }
      | {
          readonly dimension:
            | "pace_preference"
            | "budget_sensitivity"
            | "cuisine_openness"
            | "social_mode"
            | "time_orientation"
            | "primary_interest"
            | "trip_count"
            | "category_affinities"
          readonly from: string
          readonly to: string
        }
    >
  }>
  readonly not_understood: ReadonlyArray<string>
}

/** What a traveler says about themselves on the first screen. What is not understood is said, not guessed. */
export type Onboarding = {
  readonly tags: Readonly<Record<string, string | number | boolean | ReadonlyArray<string>>>
  readonly age?: number
  readonly interests?: ReadonlyArray<string>
  readonly personality?: number
}

/** What one has ruled out on a trip oneself. */
export type OwnVetoes = {
  readonly nodes: ReadonlyArray<NodeBrief>
  readonly tags: ReadonlyArray<VibeTag>
  readonly affected_slots: ReadonlyArray<string>
}

/** The body is larger than the server takes. */
export type PayloadTooLarge = {
  readonly detail?: string
  readonly instance?: string
  readonly request_id?: string
  readonly type: "urn:overplanned:problem:payload-too-large"
  readonly status?: 413
  readonly title?: "The body is too large"
}

/** What we take a traveler's taste to be, and what changed it. */
export type PersonaView = {
  readonly user_id: string
  readonly dimensions: Readonly<
    Partial<
      Record<
        | "pace_preference"
        | "budget_sensitivity"
        | "cuisine_openness"
        | "social_mode"
        | "time_orientation"
        | "primary_interest"
        | "trip_count"
        | "category_affinities",
        {
          readonly value: unknown
          readonly confidence: number
          readonly source: string
        }
      >
    >
  >
  readonly top_vibes: ReadonlyArray<{
    readonly tag: VibeTag
    readonly weight: number
  }>
  readonly encoder_version: string
  readonly model_encoder_version: string | null
  readonly state: "cold" | "warm"
  readonly signal_count: number
  readonly signals_to_go: number
  readonly recent: ReadonlyArray<{
    readonly signal_id: string
    readonly signal_type:
      | "slot_view"
      | "slot_accept"
      | "slot_skip"
      | "slot_swap"
      | "pivot_accept"
      | "pivot_dismiss"
      | "pivot_ignore"
      | "thumbs_up"
      | "thumbs_down"
      | "discovery_swipe_right"
      | "discovery_swipe_left"
      | "post_trip_rating"
      | "candidate_set_logged"
    readonly occurred_at: string
    readonly node: NodeBrief | null
    readonly changes: ReadonlyArray<
      | {
          readonly dimension:
            | "pace_preference"
            | "budget_sensitivity"
            | "cuisine_openness"
            | "social_mode"
            | "time_orientation"
            | "primary_interest"
            | "trip_count"
            | "category_affinities"
          readonly tag: VibeTag
          readonly change: number
        }
      | {
          readonly dimension:
            | "pace_preference"
            | "budget_sensitivity"
            | "cuisine_openness"
            | "social_mode"
            | "time_orientation"
            | "primary_interest"
            | "trip_count"
            | "category_affinities"
          readonly from: string
          readonly to: string
        }
    >
  }>
}

/** Asks whether somebody is there; answered by a pong with the same id. */
export type PingFrame = {
  readonly type: "ping"
  readonly id?: string
}

/** What is known of the disruption; all of it may be left out. */
export type PivotDetail = {
  readonly mood?: "calm" | "energetic" | "hungry" | "curious" | "romantic" | "playful" | "tired" | "social" | string
  readonly tags?: ReadonlyArray<VibeTag>
  readonly delay_minutes?: number
  readonly line?: string
  readonly district?: string
  readonly condition?: "rain" | "heat" | "cold" | "storm" | "snow" | "wind"
  readonly from?: string
  readonly until?: string
}

/** The offer was taken, withdrawn, has run out or was lost; a fresh one is attached where one could be made. */
export type PivotExpired = {
  readonly detail?: string
  readonly instance?: string
  readonly request_id?: string
  readonly offer?: unknown
  readonly type: "urn:overplanned:problem:pivot-expired"
  readonly status?: 409
  readonly title?: "This offer can no longer be taken"
}

/** Something went wrong: asks for ways to go on. Answered by an offer with the same id. */
export type PivotFrame = {
  readonly type: "pivot"
  readonly id: string
  readonly trigger: "venue_closed" | "weather" | "mood" | "transit"
  readonly slot_id?: string
  readonly detail?: PivotDetail
}

/** A disruption, as a traveler tells it. */
export type PivotRequest = {
  readonly trigger: "venue_closed" | "weather" | "mood" | "transit"
  readonly slot_id?: string
  readonly detail?: PivotDetail
}

/** For whom a place is fit, and what to know before one goes. What is unknown is absent. */
export type PlaceFacts = {
  readonly diet?: Readonly<
    Partial<
      Record<
        | "vegetarian"
        | "vegan"
        | "pescetarian"
        | "gluten_free"
        | "halal"
        | "kosher"
        | "lactose_free"
        | "dairy_free"
        | "nut_free",
        "yes" | "no" | "limited" | "only"
      >
    >
  >
  readonly wheelchair?: "yes" | "no" | "limited" | "only"
  readonly outdoor_seating?: boolean
  readonly fee?: boolean
  readonly priced?: true
  readonly reservation?: "required" | "recommended" | "yes" | "no"
  readonly cuisine?: ReadonlyArray<string>
  readonly website?: string
  readonly alcohol?: "yes" | "no" | "limited" | "only"
  readonly children?: "yes" | "no" | "limited" | "only"
  readonly min_age?: number
  readonly brand?: string
  readonly brand_wikidata?: string
  readonly chain?: boolean
}

/** Somebody is there. */
export type PongFrame = {
  readonly type: "pong"
  readonly id?: string
}

/** Somebody opened their first stream of this trip, or closed their last. */
export type PresenceFrame = {
  readonly type: "member_changed"
  readonly user_id: string
  readonly online: boolean
}

/** How many stops cost how much. Tiers and no amounts, because no source gives those; what only is usual for such places counts as unknown. */
export type PricesView = {
  readonly free: number
  readonly cheap: number
  readonly moderate: number
  readonly expensive: number
  readonly splurge: number
  readonly unknown: number
  readonly above_budget: number | null
  readonly to_book: number
  readonly message: string
}

/** A problem of the HTTP contract (RFC 9457): its `type` is stable for ever, and says what else it carries. */
export type Problem = {
  readonly type: string
  readonly status: number
  readonly title: string
  readonly detail?: string
}

/** A device that is told of offers while the app is closed. */
export type PushSubscription = {
  readonly id: string
  readonly service: string
  readonly quiet: QuietHours | null
  readonly created_at: string
}

/** When nothing is sent, by the clock of the city that one travels in. */
export type QuietHours = {
  readonly from: string
  readonly until: string
}

/** A wish that could not be met, and what was done about it. */
export type Relaxation = {
  readonly constraint: string
  readonly day?: number
  readonly meal?: "lunch" | "dinner"
  readonly message: string
}

/** The same write, with the same `Idempotency-Key`, has not been answered yet. */
export type RequestUnderWay = {
  readonly detail?: string
  readonly instance?: string
  readonly request_id?: string
  readonly retry_after_seconds: number
  readonly type: "urn:overplanned:problem:request-under-way"
  readonly status?: 409
  readonly title?: "The first request with this Idempotency-Key is still under way"
}

/** Accepts an option or dismisses the offer. Answered by an ack once it is on disk, or by an error. */
export type RespondFrame =
  | {
      readonly type: "respond"
      readonly id: string
      readonly pivot_id: string
      readonly response: "accept"
      readonly option_id: string
      readonly said_at?: string
    }
  | {
      readonly type: "respond"
      readonly id: string
      readonly pivot_id: string
      readonly response: "dismiss"
      readonly reason?: "fatigue" | "weather" | "curiosity" | "schedule" | "group_conflict" | "price_mismatch" | "other"
      readonly said_at?: string
    }

/** Places and tags of a veto. */
export type RuledOut = {
  readonly node_ids?: ReadonlyArray<string>
  readonly tags?: ReadonlyArray<VibeTag>
}

/** Where the shared trip stands: whoever has an older version reads it anew over HTTP. */
export type SharedFrame = {
  readonly type: "trip_at"
  readonly state_version: number
}

/** A plan as anybody sees it who was given the link: places and times, and nothing about the travelers. */
export type SharedTrip = {
  readonly from_name: string | null
  readonly city: string
  readonly city_name: string
  readonly time_zone: string
  readonly currency: string | null
  readonly status: "planning" | "confirmed" | "active" | "completed" | "shortened" | "cancelled"
  readonly start_date: string
  readonly end_date: string
  readonly state_version: number
  readonly days: ReadonlyArray<DayView>
  readonly fixed: ReadonlyArray<FixedView>
  readonly attribution: ReadonlyArray<Attribution>
  readonly around: ReadonlyArray<{
    readonly lat: number
    readonly lon: number
    readonly neighbourhood: string
  }>
  readonly expires_at: string
}

/** A code that signs in on another device. */
export type SignInCode = {
  readonly code: string
  readonly path: string
  readonly expires_at: string
}

/** Tells what the traveler did. Answered by an ack once it is on disk. */
export type SignalFrame = {
  readonly type: "signal"
  readonly id: string
  readonly signal_type:
    | "slot_view"
    | "slot_accept"
    | "slot_skip"
    | "slot_swap"
    | "pivot_accept"
    | "pivot_dismiss"
    | "thumbs_up"
    | "thumbs_down"
    | "discovery_swipe_right"
    | "discovery_swipe_left"
    | "post_trip_rating"
    | "pivot_ignore"
  readonly trip_id?: string | null
  readonly slot_id?: string | null
  readonly activity_node_id?: string | null
  readonly session_id?: string | null
  readonly occurred_at: string
  readonly model_version?: string | null
  readonly context?: Readonly<Record<string, unknown>>
}

/** Something that the traveler did or said. Sent twice under one id, it counts once. */
export type SignalItem = {
  readonly id: string
  readonly signal_type:
    | "slot_view"
    | "slot_accept"
    | "slot_skip"
    | "slot_swap"
    | "pivot_accept"
    | "pivot_dismiss"
    | "thumbs_up"
    | "thumbs_down"
    | "discovery_swipe_right"
    | "discovery_swipe_left"
    | "post_trip_rating"
    | "pivot_ignore"
  readonly trip_id?: string | null
  readonly slot_id?: string | null
  readonly activity_node_id?: string | null
  readonly session_id?: string | null
  readonly occurred_at: string
  readonly model_version?: string | null
  readonly context?: Readonly<Record<string, unknown>>
}

/** Who is signed in now, and with which token. */
export type SignedIn = {
  readonly user_id: string
  readonly token: string
  readonly expires_at: string
}

/** Stops were swapped, removed, locked, done, or replaced by an accepted option. */
export type SlotChangedFrame = {
  readonly type: "slot_changed"
  readonly cause: "swap" | "remove" | "add" | "move" | "reorder" | "fixed" | "undo" | "lock" | "done" | "pivot"
  readonly slot:
    | SlotView
    | {
        readonly id: string
      }
    | null
  readonly changed: ReadonlyArray<SlotView>
  readonly undo: ReadonlyArray<UndoView>
  readonly fixed?: ReadonlyArray<FixedView>
  readonly undone?: number
  readonly removed?: ReadonlyArray<string>
  readonly downstream: ReadonlyArray<string>
  readonly pivot_id?: string
  readonly option_id?: string
  readonly trigger?: "venue_closed" | "weather" | "mood" | "transit"
  readonly vote?: VoteResult
  readonly by: string | null
  readonly seq: number
  readonly at: string
}

/** A stop of the plan. */
export type SlotView = {
  readonly id: string
  readonly order: number
  readonly day_part: "morning" | "midday" | "afternoon" | "evening" | "night"
  readonly starts_at: string
  readonly ends_at: string
  readonly time_zone: string
  readonly locked: boolean
  readonly status: "planned" | "done" | "skipped"
  readonly node: NodeBrief
  readonly open: "open" | "closed" | "unknown"
  readonly expected: Expected | null
  readonly opening_hours: string | null
  readonly price_tier: number | null
  readonly price_known: boolean
  readonly booking_needed: boolean
  readonly fits: Readonly<
    Partial<
      Record<
        | "vegetarian"
        | "vegan"
        | "gluten_free"
        | "halal"
        | "kosher"
        | "lactose_free"
        | "wheelchair"
        | "children"
        | "alcohol_free",
        "fits" | "unknown" | "does-not"
      >
    >
  >
  readonly travel_minutes: number
  readonly lines: ReadonlyArray<string>
  readonly narrative: string | null
  readonly score: number
  readonly placed_by:
    | "must"
    | "meal"
    | "breakfast"
    | "sunset"
    | "share"
    | "taste"
    | "near"
    | "fit"
    | "open"
    | "full"
    | null
  readonly why: ReadonlyArray<string>
  readonly evidence: ReadonlyArray<EvidenceLine>
}

/** The trip has moved on since the version that `If-Match` names. Read it again, and ask again if it still makes sense. */
export type StaleState = {
  readonly detail?: string
  readonly instance?: string
  readonly request_id?: string
  readonly state_version: number
  readonly changes?: ReadonlyArray<{
    readonly state_version: number
    readonly what: string
  }>
  readonly type: "urn:overplanned:problem:stale-state"
  readonly status?: 412
  readonly title?: "The trip has moved on"
}

/** More requests than are let through in a minute. */
export type TooManyRequests = {
  readonly detail?: string
  readonly instance?: string
  readonly request_id?: string
  readonly retry_after_seconds: number
  readonly type: "urn:overplanned:problem:too-many-requests"
  readonly status?: 429
  readonly title?: "Too many requests"
}

/** The trip was made or planned anew, or has new dates, a new status, or other vetoes. */
export type TripChangedFrame =
  | {
      readonly type: "trip_changed"
      readonly cause: "reschedule" | "replan" | "undo"
      readonly slot:
        | SlotView
        | {
            readonly id: string
          }
        | null
      readonly changed: ReadonlyArray<SlotView>
      readonly undo: ReadonlyArray<UndoView>
      readonly fixed?: ReadonlyArray<FixedView>
      readonly undone?: number
      readonly removed?: ReadonlyArray<string>
      readonly downstream: ReadonlyArray<string>
      readonly by: string | null
      readonly seq: number
      readonly at: string
    }
  | {
      readonly type: "trip_changed"
      readonly cause: "create"
      readonly by: string | null
      readonly seq: number
      readonly at: string
    }
  | {
      readonly type: "trip_changed"
      readonly cause: "status"
      readonly status: "planning" | "confirmed" | "active" | "completed" | "shortened" | "cancelled"
      readonly previous: "planning" | "confirmed" | "active" | "completed" | "shortened" | "cancelled"
      readonly by: string | null
      readonly seq: number
      readonly at: string
    }
  | {
      readonly type: "trip_changed"
      readonly cause: "vetoes"
      readonly seq: number
      readonly at: string
    }

/** What a plan has to respect. */
export type TripConstraints = {
  readonly budget?: "low" | "mid" | "high"
  readonly pace?: "leisurely" | "moderate" | "packed"
  readonly must?: ReadonlyArray<string>
  readonly avoid?: ReadonlyArray<Avoidable>
  readonly needs?: ReadonlyArray<
    | "vegetarian"
    | "vegan"
    | "gluten_free"
    | "halal"
    | "kosher"
    | "lactose_free"
    | "wheelchair"
    | "children"
    | "alcohol_free"
  >
  readonly day_start?: string
  readonly day_end?: string
}

/** What a trip is planned from. */
export type TripCreation = {
  readonly city: string
  readonly start_date: string
  readonly days: number
  readonly party?: ReadonlyArray<string>
  readonly constraints?: TripConstraints
  readonly fixed?: ReadonlyArray<{
    readonly title: string
    readonly kind?: "arrival" | "departure" | "reservation" | "ticket" | "place" | "other"
    readonly at: string
    readonly until: string
    readonly lat?: number
    readonly lon?: number
  }>
  readonly lodging?: {
    readonly title?: string
    readonly lat: number
    readonly lon: number
  }
}

/** What ordered the places of a plan. */
export type TripModel = {
  readonly name: string
  readonly version: string
  readonly source: "local" | "llm" | "ml" | "cache"
}

/** New dates, a new status, or both; the dates come first. */
export type TripPatch = {
  readonly start_date?: string
  readonly end_date?: string
  readonly fixed?: ReadonlyArray<{
    readonly title: string
    readonly kind?: "arrival" | "departure" | "reservation" | "ticket" | "place" | "other"
    readonly at: string
    readonly until: string
    readonly lat?: number
    readonly lon?: number
  }>
  readonly lodging?: {
    readonly title?: string
    readonly lat: number
    readonly lon: number
  } | null
  readonly status?: "confirmed" | "active" | "completed" | "shortened" | "cancelled"
}

/** A trip, in a list. */
export type TripSummary = {
  readonly id: string
  readonly city: string
  readonly status: "planning" | "confirmed" | "active" | "completed" | "shortened" | "cancelled"
  readonly start_date: string
  readonly end_date: string
  readonly state_version: number
}

/** A trip: its plan day by day, who belongs to it, and what had to be given up. */
export type TripView = {
  readonly id: string
  readonly city: string
  readonly status: "planning" | "confirmed" | "active" | "completed" | "shortened" | "cancelled"
  readonly start_date: string
  readonly end_date: string
  readonly state_version: number
  readonly constraints: TripConstraints
  readonly days: ReadonlyArray<DayView>
  readonly prices: PricesView
  readonly fixed: ReadonlyArray<FixedView>
  readonly lodging: Lodging | null
  readonly undo: ReadonlyArray<UndoView>
  readonly vote: VoteView | null
  readonly model: TripModel
  readonly members: ReadonlyArray<MemberView>
  readonly attribution: ReadonlyArray<Attribution>
  readonly relaxed?: ReadonlyArray<Relaxation>
  readonly degraded?: string
  readonly lost?: ReadonlyArray<{
    readonly state_version: number
    readonly message: string
  }>
}

/** The token is missing, has expired or is not ours. Renew it while it holds, or sign in again; nothing that was acknowledged is lost. */
export type Unauthorized = {
  readonly detail?: string
  readonly instance?: string
  readonly request_id?: string
  readonly type: "urn:overplanned:problem:unauthorized"
  readonly status?: 401
  readonly title?: "A valid token is needed"
}

/** Something that this needs does not answer right now; `retry_after_seconds` says when to ask again. */
export type Unavailable = {
  readonly detail?: string
  readonly instance?: string
  readonly request_id?: string
  readonly retry_after_seconds: number
  readonly type: "urn:overplanned:problem:unavailable"
  readonly status?: 503
  readonly title?: "This cannot be answered right now"
}

/** A change of the plan that can be taken back until then. */
export type UndoView = {
  readonly change: number
  readonly what: "swap" | "remove" | "add" | "move" | "reorder" | "lock" | "fixed" | "pivot" | "reschedule" | "replan"
  readonly until: string
}

/** The request is well formed and cannot be granted as it is. */
export type Unprocessable = {
  readonly detail?: string
  readonly instance?: string
  readonly request_id?: string
  readonly errors?: ReadonlyArray<Issue>
  readonly seeded_cities?: ReadonlyArray<string>
  readonly type: "urn:overplanned:problem:unprocessable"
  readonly status?: 422
  readonly title?: "This cannot be done as asked"
}

/** What a place is like, or somebody's taste, in one word of the taxonomy. */
export type VibeTag =
  | "cozy"
  | "lively"
  | "quiet"
  | "romantic"
  | "playful"
  | "moody"
  | "serene"
  | "festive"
  | "locals_favorite"
  | "hidden_gem"
  | "iconic"
  | "old_school"
  | "quirky"
  | "trendy"
  | "family_run"
  | "neighbourhood_hub"
  | "comfort_food"
  | "street_food"
  | "fine_dining"
  | "seafood"
  | "plant_based"
  | "sweet_tooth"
  | "adventurous_eats"
  | "farm_to_table"
  | "specialty_coffee"
  | "tea_ritual"
  | "craft_beer"
  | "wine"
  | "cocktails"
  | "dive_bar"
  | "late_night"
  | "dancing"
  | "waterfront"
  | "green_space"
  | "scenic_view"
  | "hiking"
  | "wildlife"
  | "gardens"
  | "beach_day"
  | "golden_hour"
  | "contemporary_art"
  | "fine_art"
  | "history"
  | "architecture"
  | "live_music"
  | "performing_arts"
  | "literary"
  | "spiritual"
  | "strolling"
  | "active"
  | "hands_on"
  | "people_watching"
  | "browsing"
  | "vintage"
  | "wellness"
  | "handmade"
  | "solo_friendly"
  | "date_night"
  | "family_friendly"
  | "group_friendly"
  | "budget_friendly"
  | "splurge"
  | "rainy_day"
  | "quick_stop"

/** The words that the contract understands: nobody has to copy them. */
export type Vocabularies = {
  readonly tags: ReadonlyArray<{
    readonly tag: VibeTag
    readonly group: "mood" | "character" | "food" | "drink_and_night" | "nature" | "culture" | "activity" | "occasion"
    readonly means: string
  }>
  readonly categories: ReadonlyArray<Category>
  readonly avoidable: ReadonlyArray<Avoidable>
  readonly needs: ReadonlyArray<
    | "vegetarian"
    | "vegan"
    | "gluten_free"
    | "halal"
    | "kosher"
    | "lactose_free"
    | "wheelchair"
    | "children"
    | "alcohol_free"
  >
  readonly diets: ReadonlyArray<"vegetarian" | "vegan" | "gluten_free" | "halal" | "kosher" | "lactose_free">
  readonly moods: ReadonlyArray<
    "calm" | "energetic" | "hungry" | "curious" | "romantic" | "playful" | "tired" | "social"
  >
  readonly triggers: ReadonlyArray<"venue_closed" | "weather" | "mood" | "transit">
  readonly paces: ReadonlyArray<"leisurely" | "moderate" | "packed">
  readonly budgets: ReadonlyArray<"low" | "mid" | "high">
  readonly companions: ReadonlyArray<"solo" | "couple" | "family" | "friends">
  readonly interests: ReadonlyArray<"food" | "culture" | "outdoors" | "nightlife" | "shopping" | "wellness">
}

/** A vote on an offer was begun, or somebody voted. What it comes to is told with the offer's answer. */
export type VoteChangedFrame = {
  readonly type: "vote_changed"
  readonly pivot_id: string
  readonly change: "opened" | "cast"
  readonly vote: VoteView | null
  readonly by: string | null
  readonly seq: number
  readonly at: string
}

/** The vote of a trip, and what you said in it yourself. */
export type VoteHere = {
  readonly vote: VoteView | null
  readonly yours:
    | {
        readonly response: "accept"
        readonly option_id: string
      }
    | {
        readonly response: "dismiss"
      }
    | null
}

/** What a vote came to. Who wanted what is not part of it. */
export type VoteResult = {
  readonly tally: ReadonlyArray<{
    readonly response: "accept" | "dismiss"
    readonly option_id: string | null
    readonly votes: number
  }>
  readonly members: number
  readonly by_default: boolean
  readonly problem: string | null
}

/** A vote that is open: on which offer, until when, and who has voted so far. */
export type VoteView = {
  readonly pivot_id: string
  readonly offer: Offer
  readonly opened_by: string | null
  readonly opened_at: string
  readonly closes_at: string
  readonly default:
    | {
        readonly response: "accept"
        readonly option_id: string
      }
    | {
        readonly response: "dismiss"
      }
  readonly voted: ReadonlyArray<string>
}

/** What a client may say on a trip's stream. */
export type ClientFrame = PivotFrame | RespondFrame | AuthFrame | PingFrame | SignalFrame

/** What happens to the trip, numbered. */
export type EventFrame = SlotChangedFrame | TripChangedFrame | MemberChangedFrame | OfferClosedFrame | VoteChangedFrame

/** Everything that is heard on a trip's stream. */
export type ServerFrame =
  | EventFrame
  | HelloFrame
  | OfferFrame
  | AckFrame
  | ErrorFrame
  | PongFrame
  | PresenceFrame
  | DrainFrame

/** Every operation of the HTTP contract: what it takes and what it answers. */
export interface Operations {
  /** One actor. Its fiber, and the child fibers in its scope. */
  readonly "admin.actor": {
    readonly path: { readonly kind: string; readonly id: string }
    readonly query: undefined
    readonly body: undefined
    readonly answer: ActorShown
  }
  /** Who is alive. Actors in memory, by kind. */
  readonly "admin.actors": {
    readonly path: undefined
    readonly query: undefined
    readonly body: undefined
    readonly answer: unknown
  }
  /** Begin to hand in a large file. Gives the name of a file whose parts are to come. Without a job it is forgotten after a day; ten may be under way. */
  readonly "admin.beginSeedFile": {
    readonly path: undefined
    readonly query: undefined
    readonly body: undefined
    readonly answer: {
      readonly file_id: string
    }
  }
  /** Cancel a job. One that waits never begins; one that runs is stopped. */
  readonly "admin.cancelJob": {
    readonly path: { readonly id: string }
    readonly query: undefined
    readonly body: undefined
    readonly answer: JobView
  }
  /** Announce weather, a closure or a delay. Every trip under way that it touches gets an offer by itself. */
  readonly "admin.cityEvent": {
    readonly path: { readonly slug: string }
    readonly query: undefined
    readonly body:
      | {
          readonly kind: "weather"
          readonly id?: string
          readonly from: string
          readonly until: string
          readonly condition: "rain" | "heat" | "cold" | "storm" | "snow" | "wind"
          readonly severity: "minor" | "moderate" | "severe"
        }
      | {
          readonly kind: "closure"
          readonly id?: string
          readonly from: string
          readonly until: string
          readonly node_id: string
        }
      | {
          readonly kind: "transit"
          readonly id?: string
          readonly from: string
          readonly until: string
          readonly delay_minutes: number
          readonly line?: string
          readonly area?: {
            readonly lat: number
            readonly lon: number
            readonly radius_metres: number
          }
        }
    readonly answer: {
      readonly event_id: string
      readonly trips_told: number
      readonly trips_touched: number
    }
  }
  /** What language models have cost. By day, and how much of the budget is left. */
  readonly "admin.costs": {
    readonly path: undefined
    readonly query: undefined
    readonly body: undefined
    readonly answer: unknown
  }
  /** Places whose hours to look up. Where travelers stood before a closed door: how many people, on which weekdays (0 is Monday) and hours, beside those who found it open. A place leaves the list when its hours are seeded anew. */
  readonly "admin.hoursToCheck": {
    readonly path: undefined
    readonly query: undefined
    readonly body: undefined
    readonly answer: unknown
  }
  /** Interrupt an actor. It leaves memory, and comes back with the next command; nothing that was acknowledged is lost. */
  readonly "admin.interrupt": {
    readonly path: { readonly kind: string; readonly id: string }
    readonly query: undefined
    readonly body: undefined
    readonly answer: ActorShown
  }
  /** How a job is doing. Where it stands, how far it is, and what it came to. */
  readonly "admin.job": {
    readonly path: { readonly id: string }
    readonly query: undefined
    readonly body: undefined
    readonly answer: JobView
  }
  /** Registered models. Every version, newest first, with its card and how it was judged. */
  readonly "admin.models": {
    readonly path: undefined
    readonly query: undefined
    readonly body: undefined
    readonly answer: {
      readonly models: ReadonlyArray<ModelView>
    }
  }
  /** Sources of posts. Each with its terms, its cadence and how it is doing. */
  readonly "admin.postSources": {
    readonly path: undefined
    readonly query: undefined
    readonly body: undefined
    readonly answer: unknown
  }
  /** Let a model further. Through the gate, or past it for a reason that is kept. Into production only over a version that all travelers have. */
  readonly "admin.promote": {
    readonly path: { readonly name: string; readonly version: string }
    readonly query: { readonly to?: string; readonly force?: string }
    readonly body: undefined
    readonly answer: ModelView
  }
  /** Hand in a part of a file. Parts are counted from 0 and come in any order; one that is there already is replaced. A part fits into HTTP_MAX_BODY in base64, and all of them together into SEED_FILE_MAX. */
  readonly "admin.putSeedFilePart": {
    readonly path: { readonly id: string; readonly part: string }
    readonly query: undefined
    readonly body: {
      readonly base64: string
    }
    readonly answer: {
      readonly parts: number
      readonly bytes: number
    }
  }
  /** Take a model back. At once; whoever ranked before ranks again. */
  readonly "admin.rollback": {
    readonly path: { readonly name: string }
    readonly query: undefined
    readonly body: {
      readonly reason: string
    }
    readonly answer: {
      readonly from: ModelView
      readonly to: ModelView | null
    }
  }
  /** Open a city. Starts a job that reads a catalog into the database. `osm` asks the server of Overpass that OVERPASS_URL names; `name` and `bounds` say what the city is called and where it lies, where nobody seeded it before. A `file` in base64 is read in its place: an `.osm.pbf`, an answer of Overpass, GeoJSON, Parquet of Overture, an article's wikitext, a city file, a feed of GTFS, `posts` as lines of JSON, an archive of `reddit`. `reddit` without a file, `feed`, `discourse` and `pages` are read now from what SOURCES_FILE names, whether or not their time has come. A body has HTTP_MAX_BODY bytes at most: a larger file is handed in by parts, and named as `upload`. */
  readonly "admin.seedCity": {
    readonly path: undefined
    readonly query: undefined
    readonly body: {
      readonly city: string
      readonly source?:
        | "curated"
        | "synthetic"
        | "osm"
        | "geojson"
        | "overture"
        | "wikivoyage"
        | "file"
        | "gtfs"
        | "places"
        | "posts"
        | "reddit"
        | "feed"
        | "discourse"
        | "pages"
      readonly limit?: number
      readonly name?: string
      readonly bounds?: {
        readonly south: number
        readonly west: number
        readonly north: number
        readonly east: number
      }
      readonly file?: string
      readonly upload?: string
      readonly upload_bytes?: number
    }
    readonly answer: {
      readonly job_id: string
    }
  }
  /** Make up people for training. Starts a job. For rehearsals: never on a server with travelers. */
  readonly "admin.seedTrainingData": {
    readonly path: undefined
    readonly query: undefined
    readonly body: {
      readonly users?: number
      readonly seed?: number
    }
    readonly answer: {
      readonly job_id: string
    }
  }
  /** What a model in the shadow would have said. Beside what was served. */
  readonly "admin.shadow": {
    readonly path: undefined
    readonly query: undefined
    readonly body: undefined
    readonly answer: unknown
  }
  /** Set a model's share of travelers. Of warm travelers, the percentage that the model in production ranks for. */
  readonly "admin.traffic": {
    readonly path: { readonly name: string }
    readonly query: undefined
    readonly body: {
      readonly percent: number
      readonly force?: string
    }
    readonly answer: ModelView
  }
  /** Train a model. Starts a job; its result is registered for staging. */
  readonly "admin.train": {
    readonly path: undefined
    readonly query: undefined
    readonly body: {
      readonly model: string
    }
    readonly answer: {
      readonly job_id: string
    }
  }
  /** Whether there is a demo here. Open on the machine itself only. Needs no token. */
  readonly "begin.demo": {
    readonly path: undefined
    readonly query: undefined
    readonly body: undefined
    readonly answer: {
      readonly available: boolean
    }
  }
  /** Come in without a token. Gives a token for a new traveler of one's own, or for the one whose trip is under way. */
  readonly "begin.enterDemo": {
    readonly path: undefined
    readonly query: undefined
    readonly body: {
      readonly as: "newcomer" | "under_way"
    }
    readonly answer: SignedIn
  }
  /** What maps may be drawn on. Where the operator has named a source of pictures, a map of the trip can be drawn on them, with the words of their licence beside it. Needs no token. */
  readonly "begin.map": {
    readonly path: undefined
    readonly query: undefined
    readonly body: undefined
    readonly answer: {
      readonly tiles: MapTiles | null
    }
  }
  /** Renew a token. Gives a new token of the same traveler for one of this server's that holds, or ran out some days ago: a phone that was away goes on where it was. Where tokens come from somebody else, ask there. */
  readonly "begin.renewToken": {
    readonly path: undefined
    readonly query: undefined
    readonly body: {
      readonly token: string
    }
    readonly answer: SignedIn
  }
  /** Sign in by a code. Gives a token to who types the code that was made where they are signed in. It is good once. How many may be tried is limited for each address and for all of them together; one that is wrong, was used or has run out gets the same answer. */
  readonly "begin.signIn": {
    readonly path: undefined
    readonly query: undefined
    readonly body: {
      readonly code: string
    }
    readonly answer: SignedIn
  }
  /** The words that the contract understands. Tags, categories, needs, moods, triggers, paces and budgets. Needs no token. */
  readonly "begin.vocabularies": {
    readonly path: undefined
    readonly query: undefined
    readonly body: undefined
    readonly answer: Vocabularies
  }
  /** What speaks for a place. Each kind of source with its count, and the newest posts behind it. */
  readonly "cities.evidence": {
    readonly path: { readonly slug: string; readonly id: string }
    readonly query: undefined
    readonly body: undefined
    readonly answer: {
      readonly node_id: string
      readonly evidence: ReadonlyArray<EvidenceLine>
      readonly overrated: boolean | null
      readonly overrated_by: "editor" | "sources" | null
      readonly overrated_because: ReadonlyArray<string>
      readonly documents: ReadonlyArray<{
        readonly source: string
        readonly voice: "local" | "tourist"
        readonly posted_on: string | null
        readonly url: string | null
      }>
    }
  }
  /** Cities. Where trips can be planned. */
  readonly "cities.list": {
    readonly path: undefined
    readonly query: undefined
    readonly body: undefined
    readonly answer: {
      readonly cities: ReadonlyArray<CityView>
    }
  }
  /** Places of a city. A page of the catalog, filtered. A page may hold fewer places than asked for and still not be the last. Whether each is open is told of now, or of `at`. */
  readonly "cities.nodes": {
    readonly path: { readonly slug: string }
    readonly query: {
      readonly cursor?: string
      readonly limit?: string
      readonly category?: string
      readonly tag?: string
      readonly neighbourhood?: string
      readonly fits?: string
      readonly setting?: string
      readonly q?: string
      readonly at?: string
    }
    readonly body: undefined
    readonly answer: {
      readonly city: string
      readonly catalog_version: number
      readonly nodes: ReadonlyArray<NodeView>
      readonly attribution: ReadonlyArray<Attribution>
      readonly next_cursor: string | null
    }
  }
  /** Say what you think of a suggestion. Says whether you both want to. Nobody is told of a no. To plan together, name each other among your companions. */
  readonly "companions.answer": {
    readonly path: { readonly suggested_id: string }
    readonly query: undefined
    readonly body: {
      readonly answer: "accepted" | "declined"
    }
    readonly answer: {
      readonly mutual: boolean
    }
  }
  /** Be open to companions, or no longer. Only who is open is suggested to others, and has others suggested. Closed, you are suggested to nobody from this moment, and what was suggested and answered of you is forgotten. */
  readonly "companions.open": {
    readonly path: undefined
    readonly query: undefined
    readonly body: {
      readonly open: boolean
    }
    readonly answer: {
      readonly open: boolean
    }
  }
  /** Who might travel well with you. Up to ten travelers who are open to it, as you have to be: nearest in taste, ordered by the model that `X-Model-Version` names. Of each you see what you both like, and nothing else. That they were shown to you is kept, so that answers can be learnt from; whom you have answered does not come again. Where both of you said yes, they stand in `mutual`. */
  readonly "companions.suggestions": {
    readonly path: undefined
    readonly query: undefined
    readonly body: undefined
    readonly answer: {
      readonly open: boolean
      readonly missing: ReadonlyArray<string>
      readonly suggestions: ReadonlyArray<CompanionSuggestion>
      readonly mutual: ReadonlyArray<MutualCompanion>
    }
  }
  /** Add a stop. A place of the catalog (search `GET /cities/{slug}/nodes?q=`) or one of your own. Other stops give way as little as they can: first in time, then in how long one stays. What cannot be is refused with what stands in its way. */
  readonly "edits.add": {
    readonly path: { readonly id: string }
    readonly query: undefined
    readonly body:
      | {
          readonly node_id: string
          readonly day?: number
          readonly at?: string
          readonly reason?:
            | "fatigue"
            | "weather"
            | "curiosity"
            | "schedule"
            | "group_conflict"
            | "price_mismatch"
            | "other"
        }
      | {
          readonly own: {
            readonly title: string
            readonly minutes: number
            readonly lat?: number
            readonly lon?: number
          }
          readonly day?: number
          readonly at?: string
          readonly reason?:
            | "fatigue"
            | "weather"
            | "curiosity"
            | "schedule"
            | "group_conflict"
            | "price_mismatch"
            | "other"
        }
    readonly answer: ChangeView
  }
  /** What a swap of this stop could bring. Best first, each checked as of now. Nothing changes: choose one with `PATCH /trips/{id}/slots/{slot_id}` and `{action: swap, node_id}`. */
  readonly "edits.choices": {
    readonly path: { readonly id: string; readonly slot_id: string }
    readonly query: undefined
    readonly body: undefined
    readonly answer: {
      readonly choices: ReadonlyArray<{
        readonly node: NodeBrief
        readonly starts_at: string
        readonly ends_at: string
        readonly open: "open" | "unknown"
        readonly opening_hours?: string | null
        readonly price_tier?: number
        readonly price_known?: boolean
        readonly booking_needed?: boolean
        readonly expected?: Expected | null
        readonly travel_minutes: number
        readonly why: ReadonlyArray<string>
      }>
      readonly reasons: ReadonlyArray<NoPivotReason>
    }
  }
  /** What fits into so many minutes. From now, or from `at`: places between where you are by the plan and where you go on to, alone or one after the other. */
  readonly "edits.fits": {
    readonly path: { readonly id: string }
    readonly query: { readonly minutes: string; readonly at?: string }
    readonly body: undefined
    readonly answer: {
      readonly starts_at: string
      readonly ends_at: string
      readonly options: ReadonlyArray<{
        readonly stops: ReadonlyArray<{
          readonly node: NodeBrief
          readonly starts_at: string
          readonly ends_at: string
          readonly open: "open" | "unknown"
          readonly opening_hours?: string | null
          readonly price_tier?: number
          readonly price_known?: boolean
          readonly booking_needed?: boolean
          readonly expected?: Expected | null
          readonly travel_minutes: number
          readonly why: ReadonlyArray<string>
        }>
        readonly way_minutes: number
      }>
      readonly reasons: ReadonlyArray<NoPivotReason>
    }
  }
  /** Put a day's stops in another order. Name each that can still move once; locked stops and what is fixed keep their times. */
  readonly "edits.reorder": {
    readonly path: { readonly id: string; readonly day: string }
    readonly query: undefined
    readonly body: {
      readonly slot_ids: ReadonlyArray<string>
    }
    readonly answer: ChangeView
  }
  /** Take back a change of the plan. For ten minutes: swaps, edits, accepted offers, new dates, new plans. Two who undo the same change undo it once. */
  readonly "edits.undo": {
    readonly path: { readonly id: string }
    readonly query: undefined
    readonly body: {
      readonly change?: number
    }
    readonly answer: ChangeView
  }
  /** Join by an invitation. Answers with the trip that you belong to now. */
  readonly "links.accept": {
    readonly path: { readonly code: string }
    readonly query: undefined
    readonly body: undefined
    readonly answer: TripView
  }
  /** Look at an invitation. Who asks, for where and when, and what members see of each other: all that one should know before joining. */
  readonly "links.invitation": {
    readonly path: { readonly code: string }
    readonly query: undefined
    readonly body: undefined
    readonly answer: InvitationView
  }
  /** Make a secret link. An invitation for whoever you give it to, a calendar that follows the plan, or a view of the plan that anybody who has the link may read without signing in. Its secret is told once, and no receipt keeps it: sent again, it is another one. */
  readonly "links.make": {
    readonly path: { readonly id: string }
    readonly query: undefined
    readonly body: {
      readonly kind: "invite" | "calendar" | "share"
      readonly from_name?: string
      readonly days?: number
    }
    readonly answer: NewLink
  }
  /** Your links to a trip. Those that still hold, without their secrets. */
  readonly "links.mine": {
    readonly path: { readonly id: string }
    readonly query: undefined
    readonly body: undefined
    readonly answer: {
      readonly links: ReadonlyArray<LinkView>
    }
  }
  /** Revoke a link. From this moment it leads nowhere. Also of a trip that you have left. */
  readonly "links.revoke": {
    readonly path: { readonly id: string; readonly link_id: string }
    readonly query: undefined
    readonly body: undefined
    readonly answer: undefined
  }
  /** Who may plan with your tastes. Travelers whom you have named. */
  readonly "people.companions": {
    readonly path: undefined
    readonly query: undefined
    readonly body: undefined
    readonly answer: {
      readonly user_ids: ReadonlyArray<string>
    }
  }
  /** Places to swipe through. A slate for this traveler; answering it with swipes teaches the next one. */
  readonly "people.discovery": {
    readonly path: undefined
    readonly query: { readonly city: string; readonly limit?: string }
    readonly body: undefined
    readonly answer: {
      readonly session_id: string
      readonly city: string
      readonly nodes: ReadonlyArray<{
        readonly position: number
        readonly node: NodeView
        readonly score: number
      }>
    }
  }
  /** Delete your account. From this moment your tokens are refused. What others need of shared trips goes on under a stand-in that leads nowhere. */
  readonly "people.erase": {
    readonly path: undefined
    readonly query: undefined
    readonly body: undefined
    readonly answer: {
      readonly job_id: string
    }
  }
  /** Everything that is held about you. A file in JSON. It is cut off rather than ended early where something fails half way. */
  readonly "people.export": {
    readonly path: undefined
    readonly query: undefined
    readonly body: undefined
    readonly answer: unknown
  }
  /** Make a code for another device. Who types it there within minutes is signed in as you, once. It takes the place of the one you had before, is told here only, and no receipt keeps it: sent again, it is another one. */
  readonly "people.makeCode": {
    readonly path: undefined
    readonly query: undefined
    readonly body: undefined
    readonly answer: SignInCode
  }
  /** Say what you like. Replaces what was said or learnt of the same: a dimension that is not named stays. What you like makes your taste anew. Your interests and your personality alone make one where there is none, and let the one that you have lean towards them. Words that are not understood are never guessed: `not_understood` names them. */
  readonly "people.onboard": {
    readonly path: undefined
    readonly query: undefined
    readonly body: Onboarding
    readonly answer: Onboarded
  }
  /** What we take your taste to be. Dimensions with how sure we are, the strongest tags, and what each recent signal changed. */
  readonly "people.persona": {
    readonly path: undefined
    readonly query: undefined
    readonly body: undefined
    readonly answer: PersonaView
  }
  /** Name who may plan with your tastes. Whoever is named may put you into the party of a trip. Replaces what was named before. */
  readonly "people.setCompanions": {
    readonly path: undefined
    readonly query: undefined
    readonly body: {
      readonly user_ids: ReadonlyArray<string>
    }
    readonly answer: {
      readonly user_ids: ReadonlyArray<string>
    }
  }
  /** Tell what you did. One signal or up to 1000; each is judged by itself, and one that was sent before counts once. */
  readonly "people.signals": {
    readonly path: undefined
    readonly query: undefined
    readonly body: SignalItem | ReadonlyArray<SignalItem>
    readonly answer: {
      readonly accepted: number
      readonly duplicates: number
      readonly rejected: ReadonlyArray<{
        readonly index: number
        readonly problem: string
      }>
    }
  }
  /** The key that browsers subscribe with. What `pushManager.subscribe` takes as its `applicationServerKey`. The same for as long as the database lives. */
  readonly "push.key": {
    readonly path: undefined
    readonly query: undefined
    readonly body: undefined
    readonly answer: {
      readonly public_key: string
    }
  }
  /** Your devices that are told. With their quiet hours. */
  readonly "push.mine": {
    readonly path: undefined
    readonly query: undefined
    readonly body: undefined
    readonly answer: {
      readonly subscriptions: ReadonlyArray<PushSubscription>
    }
  }
  /** Be told on this device. Of offers that come while no stream of the trip is open, and of votes; each event once. Takes what the browser's `PushSubscription.toJSON()` gives, and quiet hours by the clock of the city that you travel in. Ten devices are kept, the newest; sent again, it replaces what it was. */
  readonly "push.subscribe": {
    readonly path: undefined
    readonly query: undefined
    readonly body: {
      readonly endpoint: string
      readonly keys: {
        readonly p256dh: string
        readonly auth: string
      }
      readonly quiet?: QuietHours | null
    }
    readonly answer: PushSubscription
  }
  /** Be told no more on a device. From this moment nothing is sent there. */
  readonly "push.unsubscribe": {
    readonly path: { readonly subscription_id: string }
    readonly query: undefined
    readonly body: undefined
    readonly answer: undefined
  }
  /** Answer from a notification. With the `answer` that came in it, in place of a token: it stands for its person and that one offer. Where the group votes, it is their vote. Needs no token. */
  readonly "pushAnswers.answer": {
    readonly path: undefined
    readonly query: undefined
    readonly body: {
      readonly code: string
      readonly answer:
        | {
            readonly response: "accept"
            readonly option_id: string
          }
        | {
            readonly response: "dismiss"
          }
    }
    readonly answer: {
      readonly state_version: number
      readonly voted: boolean
    }
  }
  /** Read a shared plan. Where one goes and when, by a link of kind `share`. Who travels, where they sleep, what they like and what they ruled out is not part of it. Needs no token; `/ws/shared` tells when there is something new. */
  readonly "shared.read": {
    readonly path: { readonly code: string }
    readonly query: undefined
    readonly body: undefined
    readonly answer: SharedTrip
  }
  /** Accept or dismiss an offer. Accepting checks the option once more and changes the plan. Where it can no longer be taken, a fresh offer is attached to the refusal. */
  readonly "trips.answerPivot": {
    readonly path: { readonly id: string; readonly pivot_id: string }
    readonly query: undefined
    readonly body:
      | {
          readonly response: "accept"
          readonly option_id: string
          readonly said_at?: string
        }
      | {
          readonly response: "dismiss"
          readonly reason?:
            | "fatigue"
            | "weather"
            | "curiosity"
            | "schedule"
            | "group_conflict"
            | "price_mismatch"
            | "other"
          readonly said_at?: string
        }
    readonly answer: ChangeView
  }
  /** Change dates or status. A trip is planned, confirmed, active and then completed, shortened or cancelled. New dates keep what is locked and still fits. */
  readonly "trips.change": {
    readonly path: { readonly id: string }
    readonly query: undefined
    readonly body: TripPatch
    readonly answer: TripView
  }
  /** Swap, move, lock, unlock or remove a stop, or say whether its door was open. A swap without `node_id` takes the best place that fits; what follows is checked again. `{action: report, open: false}` is for who is there, from an hour before the stop until a day after it: nothing of the plan changes, and where several travelers say the same, offers say so. */
  readonly "trips.changeSlot": {
    readonly path: { readonly id: string; readonly slot_id: string }
    readonly query: undefined
    readonly body:
      | {
          readonly action: "swap"
          readonly node_id?: string
          readonly reason?:
            | "fatigue"
            | "weather"
            | "curiosity"
            | "schedule"
            | "group_conflict"
            | "price_mismatch"
            | "other"
        }
      | {
          readonly action: "move"
          readonly day?: number
          readonly at?: string
          readonly reason?:
            | "fatigue"
            | "weather"
            | "curiosity"
            | "schedule"
            | "group_conflict"
            | "price_mismatch"
            | "other"
        }
      | {
          readonly action: "lock" | "unlock" | "remove"
          readonly reason?:
            | "fatigue"
            | "weather"
            | "curiosity"
            | "schedule"
            | "group_conflict"
            | "price_mismatch"
            | "other"
        }
      | {
          readonly action: "report"
          readonly open: boolean
        }
    readonly answer: ChangeView
  }
  /** Plan a trip. Answers with the whole plan, within a second as a rule. What could not be granted stands in `relaxed`, with what was done about it. */
  readonly "trips.create": {
    readonly path: undefined
    readonly query: undefined
    readonly body: TripCreation
    readonly answer: TripView
  }
  /** Delete a trip. Its owner does, whatever its status, and it is gone for everybody: nobody reads it any more, its links lead nowhere, streams of it end, and nothing brings it back. The record of what you did in it, which your taste rests on, stays until you delete your account. Whoever else travels leaves instead. */
  readonly "trips.delete": {
    readonly path: { readonly id: string }
    readonly query: undefined
    readonly body: undefined
    readonly answer: undefined
  }
  /** Rule something out, or take it back. Adds to your vetoes, and takes out of them, only what is named here: what another device of yours says meanwhile stays. */
  readonly "trips.editVetoes": {
    readonly path: { readonly id: string }
    readonly query: undefined
    readonly body: {
      readonly add?: RuledOut
      readonly remove?: RuledOut
    }
    readonly answer: OwnVetoes
  }
  /** Invite somebody by their id. The invitation waits for two weeks. To invite somebody whose id you do not know, make a link. */
  readonly "trips.invite": {
    readonly path: { readonly id: string }
    readonly query: undefined
    readonly body: {
      readonly user_id: string
    }
    readonly answer: TripView
  }
  /** Take up an invitation. For whoever was invited by their id. The plan stays as it is; their tastes and vetoes count from now on. */
  readonly "trips.join": {
    readonly path: { readonly id: string }
    readonly query: undefined
    readonly body: undefined
    readonly answer: TripView
  }
  /** Leave, send away, or take back an invitation. Everybody may leave, and whoever is invited may decline; the owner may send others away or ask them no more, and the invitations by link are revoked then. */
  readonly "trips.leave": {
    readonly path: { readonly id: string; readonly user_id: string }
    readonly query: undefined
    readonly body: undefined
    readonly answer: undefined
  }
  /** Your trips. Trips that you belong to, a page at a time, without their plans. */
  readonly "trips.list": {
    readonly path: undefined
    readonly query: { readonly cursor?: string; readonly limit?: string }
    readonly body: undefined
    readonly answer: {
      readonly trips: ReadonlyArray<TripSummary>
      readonly next_cursor: string | null
    }
  }
  /** Say what went wrong, and get ways to go on. Answered from memory with options that were checked for this moment. It is advice: nothing changes until an option is accepted. The stream does the same with less delay. */
  readonly "trips.pivot": {
    readonly path: { readonly id: string }
    readonly query: undefined
    readonly body: PivotRequest
    readonly answer: Offer
  }
  /** Read a trip. The whole plan as it stands. Its `ETag` spares the reading when nothing has changed since; `state_version` is what `If-Match` takes. */
  readonly "trips.read": {
    readonly path: { readonly id: string }
    readonly query: undefined
    readonly body: undefined
    readonly answer: TripView
  }
  /** Plan anew. A new plan for what lies ahead. What is locked, done or past stays. */
  readonly "trips.replan": {
    readonly path: { readonly id: string }
    readonly query: undefined
    readonly body: {
      readonly constraints?: TripConstraints
    }
    readonly answer: TripView
  }
  /** Set your vetoes. What you do not want, places or tags: obeyed for the whole trip and told to nobody. Replaces what you set before. */
  readonly "trips.veto": {
    readonly path: { readonly id: string }
    readonly query: undefined
    readonly body: {
      readonly node_ids: ReadonlyArray<string>
      readonly tags: ReadonlyArray<VibeTag>
    }
    readonly answer: {
      readonly node_ids: ReadonlyArray<string>
      readonly tags: ReadonlyArray<VibeTag>
      readonly affected_slots: ReadonlyArray<string>
    }
  }
  /** Your vetoes. What you have ruled out on this trip. You see your own; nobody sees another's. */
  readonly "trips.vetoes": {
    readonly path: { readonly id: string }
    readonly query: undefined
    readonly body: undefined
    readonly answer: OwnVetoes
  }
  /** Vote. Replaces what you voted before. The others hear that you voted, and nobody hears what. */
  readonly "votes.cast": {
    readonly path: { readonly id: string; readonly pivot_id: string }
    readonly query: undefined
    readonly body:
      | {
          readonly response: "accept"
          readonly option_id: string
        }
      | {
          readonly response: "dismiss"
        }
    readonly answer: VoteHere
  }
  /** Let the group vote on an offer. From then on nobody answers it alone. It is counted when everybody has voted, when one answer has more than half of the group, or at the deadline; where nobody votes, or as many want one thing as another, the default decides: to go on as planned unless another is named. The result comes with the offer's answer on the stream. */
  readonly "votes.open": {
    readonly path: { readonly id: string; readonly pivot_id: string }
    readonly query: undefined
    readonly body: {
      readonly minutes?: number
      readonly default?:
        | {
            readonly response: "accept"
            readonly option_id: string
          }
        | {
            readonly response: "dismiss"
          }
    }
    readonly answer: VoteHere
  }
  /** The vote that is open. With what you voted yourself; null where none is open. */
  readonly "votes.read": {
    readonly path: { readonly id: string }
    readonly query: undefined
    readonly body: undefined
    readonly answer: VoteHere
  }
}
