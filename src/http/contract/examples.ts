/** The ids and times that the examples of the contract speak of: the same trip, day and people everywhere. */
export const EXAMPLE = {
  trip: "0195f2a0-5b1e-7c3a-9d42-6a1f0c7be001",
  slot: "0195f2a0-5b1e-7c3a-9d42-6a1f0c7be002",
  nextSlot: "0195f2a0-5b1e-7c3a-9d42-6a1f0c7be003",
  node: "3f0b6f1e-7a52-5d6c-8b1d-2f4c9e6a7004",
  otherNode: "3f0b6f1e-7a52-5d6c-8b1d-2f4c9e6a7005",
  pivot: "0195f2b7-90aa-7e10-8c55-4be2d19af006",
  option: "0195f2b7-90aa-7e10-8c55-4be2d19af007",
  traveler: "0195e100-1c2d-7f4e-a6b7-58c9d0e1f008",
  companion: "0195e100-1c2d-7f4e-a6b7-58c9d0e1f009",
  link: "0195f2c4-22bb-7d3c-b4e5-96f7a8b9c00a",
  job: "0195f2d1-33cc-7e4d-85f6-a7b8c9dae00b",
  file: "0195f2d8-3bd4-7ed5-8e7e-b8c9daebf011",
  signal: "0195f2de-44dd-7f5e-96a7-b8c9daebf00c",
  session: "0195f2a0-5b1e-7c3a-9d42-6a1f0c7be00d",
  request: "0195f2eb-55ee-7a6f-a7b8-c9daebfc000e",
  epoch: "0195f2a0-5b1e-7c3a-9d42-6a1f0c7be00f",
  event: "0195f2f8-66ff-7b7a-b8c9-daebfc0d0010",
  key: "5b0f5a4e-2c58-4c39-9a53-7a6f9f6f1d11",
  code: "K7QM-3XPD-9TRA",
  signInCode: "9TRA-4WJD",
  token: "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.…"
} as const

/** The first day of the example's trip. */
export const EXAMPLE_DAY = "2027-05-01"
