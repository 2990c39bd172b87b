/** 1 / (1 + e^-z), without overflow. */
export const sigmoid = (z: number): number => {
  const e = Math.exp(-Math.abs(z))
  return z >= 0 ? 1 / (1 + e) : e / (1 + e)
}

/** log(1 + e^z), without overflow: the loss of label y at logit z is softplus(z) - y z. */
export const softplus = (z: number): number => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)))

/** log(p / (1 - p)). */
export const logitOf = (p: number): number => Math.log(p / (1 - p))
