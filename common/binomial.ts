// The exact binomial distribution, for bounds that hold with few trials and few failures.

/**
 * P(X ≤ successes) for X binomial with `trials` and `probability`, by the incomplete beta function; exact to about ten
 * digits.
 */
export function binomialAtMost(successes: number, trials: number, probability: number): number {
  if (successes >= trials || probability <= 0) return 1;
  if (successes < 0 || probability >= 1) return 0;
  return regularizedBeta(1 - probability, trials - successes, successes + 1);
}

/**
 * The one-sided upper bound of Clopper and Pearson: the largest probability under which so few successes still have
 * the chance 1 − confidence.
 */
export function upperBound(successes: number, trials: number, confidence: number): number {
  if (successes >= trials) return 1;
  let [low, high] = [0, 1];
  while (high - low > 1e-12) {
    const middle = (low + high) / 2;
    if (binomialAtMost(successes, trials, middle) > 1 - confidence) low = middle;
    else high = middle;
  }
  return high;
}

/** I_x(a, b), the beta distribution's share below x. */
function regularizedBeta(x: number, a: number, b: number): number {
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  if (x < (a + 1) / (a + b + 2)) return (front * betaFraction(x, a, b)) / a;
  return 1 - (front * betaFraction(1 - x, b, a)) / b;
}

/** The continued fraction of the incomplete beta function (Abramowitz and Stegun 26.5.8) by Lentz's method. */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let upper = 1;
  let lower = 1 / away(1 - ((a + b) * x) / (a + 1));
  let result = lower;
  for (let term = 1; term <= 10_000; term++) {
    const even = (term * (b - term) * x) / ((a + 2 * term - 1) * (a + 2 * term));
    lower = 1 / away(1 + even * lower);
    upper = away(1 + even / upper);
    result *= upper * lower;
    const odd = (-(a + term) * (a + b + term) * x) / ((a + 2 * term) * (a + 2 * term + 1));
    lower = 1 / away(1 + odd * lower);
    upper = away(1 + odd / upper);
    const change = upper * lower;
    result *= change;
    if (Math.abs(change - 1) < 1e-14) break;
  }
  return result;
}

/** ln Γ(x) for x ≥ 1 by Stirling's series, moved up to where it is exact to double precision. */
function logGamma(x: number): number {
  let [value, shift] = [x, 0];
  while (value < 12) {
    shift += Math.log(value);
    value += 1;
  }
  const square = 1 / value ** 2;
  const series = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680))) / value;
  return (value - 0.5) * Math.log(value) - value + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
