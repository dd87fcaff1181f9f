/** Names of formats that have the form of addresses, and a page that a person may go to. Nothing is ever loaded from them. */
export const SVG = "http://www.w3.org/2000/svg"
export const GPX = "http://www.topografix.com/GPX/1/1"
export const KML = "http://www.opengis.net/kml/2.2"
export const DIRECTIONS = "https://www.openstreetmap.org/directions"
