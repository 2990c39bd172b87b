// Solving with a symmetric positive definite matrix, with + - x / sqrt only: IEEE 754 gives the same bits everywhere.

/** Index of element (i, j), i <= j, in the row-major upper triangle of an n x n matrix. */
export const triangleIndex = (n: number, i: number, j: number): number => (i * (2 * n - i + 1)) / 2 + (j - i)
export const triangleLength = (n: number): number => (n * (n + 1)) / 2

/** L with A = L L^T, n x n row-major; null where a pivot is not clearly positive. Golub & Van Loan, 4.2. */
function factor(upper: Float64Array, n: number, jitter: number): Float64Array | null {
  const l = new Float64Array(n * n)
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = (upper[triangleIndex(n, j, i)] as number) + (i === j ? jitter : 0)
      for (let k = 0; k < j; k++) sum -= (l[i * n + k] as number) * (l[j * n + k] as number)
      if (i > j) l[i * n + j] = sum / (l[j * n + j] as number)
      else if (sum > 1e-14 * ((upper[triangleIndex(n, j, j)] as number) + jitter)) l[j * n + j] = Math.sqrt(sum)
      else return null
    }
  }
  return l
}

/**
 * x with (A + jitter I) x = b. The jitter is 0 where A is positive definite, else the first of 1e-12, 1e-10, ... times the
 * largest diagonal element that makes it so: a function of A alone. O(n^3 / 6).
 */
export function solvePositiveDefinite(upper: Float64Array, b: Float64Array): Float64Array {
  const n = b.length
  let largest = 0
  for (let i = 0; i < n; i++) largest = Math.max(largest, upper[triangleIndex(n, i, i)] as number)
  let l = factor(upper, n, 0)
  for (let share = 1e-12; !l; share *= 100) l = factor(upper, n, share * (largest > 0 ? largest : 1))
  const x = b.slice()
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] = (x[i] as number) - (l[i * n + k] as number) * (x[k] as number)
    x[i] = (x[i] as number) / (l[i * n + i] as number)
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] = (x[i] as number) - (l[k * n + i] as number) * (x[k] as number)
    x[i] = (x[i] as number) / (l[i * n + i] as number)
  }
  return x
}
