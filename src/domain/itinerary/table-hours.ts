/**
 * When a country sits down: the hours at which one arrives for a meal, by the clock, where a visitor finds kitchens working and locals at
 * the tables. Common knowledge and no more than that: what is known of a place's own hours comes before it.
 */
import { entryOf } from "../basics/entry-of.ts"

export type Meal = "lunch" | "dinner"

/** Minutes of the clock; `to` is exclusive. */
export interface TableHours extends Readonly<Record<Meal, { readonly from: number; readonly to: number }>> {
  /** So far from other countries' that a place serves meals then whatever the time of day is called. */
  readonly own?: true
}

const minutes = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))

const span = (text: string) => {
  const [from, to] = text.split("–")
  return { from: minutes(from!), to: minutes(to!) }
}

const table = (lunch: string, dinner: string): TableHours => ({ lunch: span(lunch), dinner: span(dinner) })
const ownTable = (lunch: string, dinner: string): TableHours => ({ ...table(lunch, dinner), own: true })

/** Where nothing else is known: kitchens that work through, as in the United States. */
const USUAL: TableHours = table("11:30–14:30", "17:30–21:30")

/** Kitchens that close at two, and open again for the evening. */
const FRENCH = table("12:00–13:45", "19:00–21:30")
/** Lunch at noon, and dinner after work. */
const GERMAN = table("11:45–14:00", "18:00–21:00")
const NORDIC = table("11:15–13:45", "17:30–20:45")
const BRITISH = table("12:00–14:30", "18:00–21:00")

const COUNTRIES: Readonly<Record<string, TableHours>> = {
  AR: ownTable("12:45–14:45", "20:30–23:00"),
  AT: GERMAN,
  AU: BRITISH,
  BE: FRENCH,
  BR: table("12:00–14:30", "19:00–22:00"),
  CH: GERMAN,
  CL: ownTable("13:00–15:15", "19:30–22:30"),
  CN: table("11:30–13:30", "17:30–20:30"),
  CO: table("12:00–14:30", "19:00–21:30"),
  CY: ownTable("13:00–15:15", "19:30–22:30"),
  CZ: table("11:30–14:00", "18:00–21:00"),
  DE: GERMAN,
  DK: NORDIC,
  EG: ownTable("13:30–16:00", "19:30–22:45"),
  ES: ownTable("13:15–15:30", "20:15–22:45"),
  FI: NORDIC,
  FR: FRENCH,
  GB: BRITISH,
  GR: ownTable("13:00–15:30", "20:00–22:45"),
  HK: table("12:00–14:30", "18:00–21:30"),
  HR: table("12:00–14:30", "18:30–21:30"),
  HU: table("12:00–14:30", "18:00–21:00"),
  ID: table("11:30–14:00", "18:00–21:00"),
  IE: BRITISH,
  IL: table("12:00–14:45", "18:30–21:45"),
  IN: table("12:30–14:45", "19:30–22:00"),
  IS: NORDIC,
  IT: table("12:30–14:15", "19:30–21:45"),
  JP: table("11:30–13:45", "17:30–21:00"),
  KR: table("11:30–13:45", "17:30–20:45"),
  LU: FRENCH,
  MA: table("12:30–14:45", "19:00–22:00"),
  MC: FRENCH,
  MT: table("12:30–14:45", "19:00–21:45"),
  MX: ownTable("13:45–16:00", "19:30–21:45"),
  MY: table("12:00–14:15", "18:30–21:30"),
  NL: table("12:00–14:15", "18:00–21:00"),
  NO: NORDIC,
  NZ: BRITISH,
  PE: table("12:30–14:45", "19:00–21:45"),
  PL: table("12:30–15:00", "18:00–21:00"),
  PT: table("12:30–14:45", "19:30–22:00"),
  SE: NORDIC,
  SG: table("11:45–14:15", "18:00–21:15"),
  SI: table("12:00–14:30", "18:30–21:00"),
  SM: table("12:30–14:15", "19:30–21:45"),
  TH: table("11:30–14:00", "17:30–21:15"),
  TR: table("12:15–14:30", "18:30–21:45"),
  TW: table("11:30–13:45", "17:30–20:45"),
  UY: ownTable("12:45–14:45", "20:30–23:00"),
  VA: table("12:30–14:15", "19:30–21:45"),
  VN: table("11:15–13:30", "17:30–20:45"),
  ZA: table("12:00–14:30", "18:00–21:00")
}

/** The hours at which a country eats, by its two letters. */
export const tableOf = (country: string): TableHours => entryOf(COUNTRIES, country) ?? USUAL
