/** What one goes to see, and where one is outdoors or active. */
import { each, type KeyRule, kind, list } from "./rule.ts"

const short = { minutes: 20 } as const
const small = { ...short, setting: "outdoor", price: 0 } as const

export const TOURISM: KeyRule = {
  key: "tourism",
  kinds: {
    museum: kind("museum"),
    gallery: kind("gallery"),
    ...each("zoo aquarium", kind("zoo_aquarium")),
    theme_park: kind("entertainment", {
      minutes: 240,
      setting: "outdoor",
      price: 3,
      vibes: { playful: 0.9, family_friendly: 0.8 }
    }),
    viewpoint: kind("viewpoint"),
    artwork: kind("landmark", { ...small, vibes: { contemporary_art: 0.8, quick_stop: 0.6 } }),
    picnic_site: kind("park"),
    wine_cellar: kind("bar", { vibes: { wine: 0.9 } })
  }
}

/** Asked last: an attraction is first of all what its other tags say. */
export const ATTRACTION: KeyRule = { key: "tourism", kinds: { attraction: kind("landmark"), yes: kind("landmark") } }

export const LEISURE: KeyRule = {
  key: "leisure",
  kinds: {
    ...each("park common recreation_ground", kind("park")),
    garden: kind("garden"),
    nature_reserve: kind("trail"),
    playground: kind("park", { minutes: 40, vibes: { family_friendly: 0.9, playful: 0.6 } }),
    beach_resort: kind("beach"),
    ...each(
      "water_park",
      kind("entertainment", { minutes: 180, setting: "mixed", vibes: { playful: 0.8, family_friendly: 0.8 } })
    ),
    ...each("miniature_golf bowling_alley amusement_arcade escape_game trampoline_park", kind("entertainment")),
    ...each("sports_centre ice_rink golf_course horse_riding swimming_pool swimming_area bathing_place", kind("sport")),
    stadium: kind("landmark", { vibes: { active: 0.5, lively: 0.5 } }),
    marina: kind("neighbourhood_walk", { minutes: 45, vibes: { waterfront: 0.9, strolling: 0.6 } }),
    sauna: kind("spa"),
    spa: kind("spa"),
    bandstand: kind("landmark", small),
    bird_hide: kind("viewpoint", { vibes: { wildlife: 0.9 } })
  }
}

/** Signs and stones beside the way: nobody sets out for them. */
const MARKERS = new Set(
  list(
    "milestone boundary_stone wayside_cross stone charcoal_pile quarry_mark survey_point plaque no optical_telegraph"
  )
)

const heritage = kind("historic_site")

export const HISTORIC: KeyRule = {
  key: "historic",
  kinds: {
    memorial: kind("historic_site", { ...small, vibes: { history: 0.9, quick_stop: 0.5 } }),
    monument: kind("landmark", { minutes: 25, vibes: { history: 0.7, iconic: 0.5 } }),
    ...each("church chapel monastery wayside_shrine", kind("temple", short)),
    ...each("ship boat locomotive railway_car train bus tank aircraft cannon vehicle tram", kind("landmark", short)),
    ...each("tomb grave gate city_gate tower bridge aqueduct statue", kind("historic_site", short)),
    ...each("castle palace fort citywalls archaeological_site ruins", heritage)
  },
  otherwise: kind("historic_site", short),
  not: MARKERS
}

export const NATURAL: KeyRule = {
  key: "natural",
  kinds: {
    beach: kind("beach"),
    ...each("peak volcano cliff arch geyser glacier cape", kind("viewpoint")),
    hot_spring: kind("spa"),
    cave_entrance: kind("landmark", { vibes: { hidden_gem: 0.4, scenic_view: 0.4 } })
  }
}

export const AMENITY_SIGHTS: KeyRule = {
  key: "amenity",
  kinds: {
    ...each("place_of_worship monastery", kind("temple")),
    library: kind("library"),
    planetarium: kind("museum"),
    fountain: kind("landmark", { ...small, vibes: { people_watching: 0.5, quick_stop: 0.6 } })
  }
}

export const MAN_MADE: KeyRule = {
  key: "man_made",
  kinds: {
    lighthouse: kind("landmark"),
    ...each("tower obelisk windmill watermill torii", kind("landmark", { minutes: 30 })),
    ...each("pier breakwater", kind("viewpoint", { vibes: { waterfront: 0.9 } })),
    observatory: kind("museum")
  }
}

export const BUILDINGS: KeyRule = {
  key: "building",
  kinds: {
    ...each("church cathedral chapel mosque temple shrine synagogue basilica pagoda monastery", kind("temple")),
    ...each("castle palace", heritage)
  }
}

export const OPEN_AIR: ReadonlyArray<KeyRule> = [
  { key: "waterway", kinds: { waterfall: kind("viewpoint", { vibes: { scenic_view: 0.8 } }) } },
  {
    key: "place",
    kinds: {
      square: kind("landmark", {
        minutes: 30,
        setting: "outdoor",
        price: 0,
        vibes: { people_watching: 0.8, strolling: 0.5 }
      })
    }
  },
  { key: "boundary", kinds: each("national_park", kind("trail")) },
  { key: "route", kinds: each("hiking foot", kind("trail")) }
]
