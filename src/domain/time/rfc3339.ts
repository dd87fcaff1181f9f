/** An instant as the contract writes it: RFC 3339 in UTC, to the millisecond. */
export const rfc3339 = (millis: number): string => new Date(millis).toISOString()
