/** The value below which this share of the numbers lies; sorts them in place. */
export const percentile = (numbers: Array<number>, share: number): number => {
  numbers.sort((a, b) => a - b)
  return numbers[Math.min(numbers.length - 1, Math.floor(numbers.length * share))] ?? 0
}
