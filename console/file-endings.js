/** Files that can be brought, by the ends of their names: what the dialogue offers, before any is read. */
export const ENDINGS = ["json", "geojson", "csv", "kml", "kmz", "gpx", "ics"]
