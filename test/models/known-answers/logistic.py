"""Makes logistic.json: a ridge logistic fit by an independent program. Python standard library, 60 decimal digits.

Data: the 32 rows of Motor Trend's 1974 road tests (mtcars; public, in Henderson & Velleman, Biometrics 37, 1981): label `am`
(manual gearbox), features `wt` (1,000 lb), `hp`, `qsec` (s), the last missing in four rows. Model: features standardised by
the population's mean and standard deviation of present values, missing -> 0; minimise
(1/n) sum(log(1+e^z) - y z) + ridge/2 |b|^2, the intercept not penalised; iteratively reweighted least squares, Gauss-Jordan.
Run: python3 test/models/known-answers/logistic.py > test/models/known-answers/logistic.json
"""
import json
from decimal import Decimal, getcontext

getcontext().prec = 60
RIDGE = Decimal("0.01")
ROWS = """2.62 110 16.46 1|2.875 110 17.02 1|2.32 93 18.61 1|3.215 110 19.44 0|3.44 175 17.02 0|3.46 105 20.22 0|3.57 245 15.84 0
3.19 62 20.0 0|3.15 95 22.9 0|3.44 123 18.3 0|3.44 123 18.9 0|4.07 180 17.4 0|3.73 180 17.6 0|3.78 180 18.0 0|5.25 205 17.98 0
5.424 215 17.82 0|5.345 230 17.42 0|2.2 66 19.47 1|1.615 52 18.52 1|1.835 65 19.9 1|2.465 97 20.01 0|3.52 150 16.87 0
3.435 150 17.3 0|3.84 245 15.41 0|3.845 175 17.05 0|1.935 66 18.9 1|2.14 91 16.7 1|1.513 113 16.9 1|3.17 264 14.5 1
2.77 175 15.5 1|3.57 335 14.6 1|2.78 109 18.6 1"""
MISSING = {4, 11, 20, 29}

rows = [line.split() for line in ROWS.replace("\n", "|").split("|")]
x = [[Decimal(v) for v in r[:3]] for r in rows]
y = [int(r[3]) for r in rows]
for i in MISSING:
    x[i][2] = None

standardised = [[Decimal(0)] * 3 for _ in x]
means, deviations = [], []
for j in range(3):
    present = [r[j] for r in x if r[j] is not None]
    mean = sum(present) / len(present)
    deviation = (sum((v - mean) ** 2 for v in present) / len(present)).sqrt()
    means.append(mean)
    deviations.append(deviation)
    for i, r in enumerate(x):
        if r[j] is not None:
            standardised[i][j] = (r[j] - mean) / deviation


def solve(a, b):
    n = len(b)
    m = [row[:] + [v] for row, v in zip(a, b)]
    for c in range(n):
        p = max(range(c, n), key=lambda r: abs(m[r][c]))
        m[c], m[p] = m[p], m[c]
        m[c] = [v / m[c][c] for v in m[c]]
        for r in range(n):
            if r != c:
                m[r] = [v - m[r][c] * w for v, w in zip(m[r], m[c])]
    return [row[n] for row in m]


beta = [Decimal(0)] * 4
for _ in range(60):
    gradient = [Decimal(0)] * 4
    hessian = [[Decimal(0)] * 4 for _ in range(4)]
    for r, label in zip(standardised, y):
        v = [Decimal(1)] + r
        p = 1 / (1 + (-sum(b * u for b, u in zip(beta, v))).exp())
        for j in range(4):
            gradient[j] += (p - label) * v[j] / len(y)
            for k in range(4):
                hessian[j][k] += p * (1 - p) * v[j] * v[k] / len(y)
    for j in range(1, 4):
        gradient[j] += RIDGE * beta[j]
        hessian[j][j] += RIDGE
    beta = [b - s for b, s in zip(beta, solve(hessian, gradient))]
assert max(abs(g) for g in gradient) < Decimal("1e-50")

print(json.dumps({
    "ridge": float(RIDGE),
    "rows": [[None if v is None else float(v) for v in r] for r in x],
    "labels": y,
    "mean": [float(v) for v in means],
    "std": [float(v) for v in deviations],
    "beta": [float(b) for b in beta],
}))
