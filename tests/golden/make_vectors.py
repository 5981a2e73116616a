#!/usr/bin/python3
"""Writes the golden vectors of Octet's arithmetic from its definition.

Everything is computed with exact rational numbers, sharing nothing with the
C++ code. Run in this folder; it rewrites arithmetic.csv and prints the hashes
that tests/kernels/requantize_test.cc holds.

    requantize: accumulator, multiplier, shift, zero_point, clamp_min,
                clamp_max -> q
    add:        difference_a, multiplier_a, difference_b, multiplier_b,
                fraction_bits, zero_point -> q
    residual:   accumulator, multiplier, shift, difference,
                residual_multiplier, fraction_bits, zero_point -> q
"""

from fractions import Fraction
from math import floor

MASK = 2**64 - 1


class Random:
    """splitmix64: the same sequence in C++ and Python."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def between(self, low, high):
        return low + self.next() % (high - low + 1)


def saturate16(x):
    return max(-32768, min(32767, x))


def clamp(x, low, high):
    return max(low, min(high, x))


def scale(accumulator, multiplier, shift):
    t = saturate16(floor(Fraction(accumulator) / Fraction(2) ** shift))
    return floor(Fraction(t * multiplier, 2**15) + Fraction(1, 2))


def requantize(accumulator, multiplier, shift, zero_point, low, high):
    r = scale(accumulator, multiplier, shift)
    q = floor(Fraction(saturate16(r + 64 * zero_point + 32), 64))
    return clamp(q, low, high)


def share(difference, multiplier):
    return floor(Fraction(difference * 128 * multiplier, 2**15) +
                 Fraction(1, 2))


def add_shares(r_a, r_b, bits, zero_point):
    half = 2**bits // 2
    total = saturate16(saturate16(r_a + r_b) + zero_point * 2**bits + half)
    return clamp(floor(Fraction(total, 2**bits)), -128, 127)


def add(a, m_a, b, m_b, bits, zero_point):
    return add_shares(share(a, m_a), share(b, m_b), bits, zero_point)


def residual(accumulator, multiplier, shift, b, m_b, bits, zero_point):
    return add_shares(scale(accumulator, multiplier, shift), share(b, m_b),
                      bits, zero_point)


def random_accumulator(rng):
    """All magnitudes alike, the limits of int32 among them."""
    bits = rng.between(0, 31)
    value = rng.next() % (1 << bits) if bits else 0
    value = -value - 1 if rng.next() & 1 else value
    return value


def random_requantize(rng):
    low = rng.between(-128, 127)
    high = rng.between(low, 127)
    if rng.next() % 4:
        low, high = -128, 127
    return (random_accumulator(rng), rng.between(2**14, 2**15 - 1),
            rng.between(-15, 31), rng.between(-128, 127), low, high)


def random_add(rng):
    return (rng.between(-255, 255), rng.between(0, 32767),
            rng.between(-255, 255), rng.between(0, 32767),
            rng.between(0, 6), rng.between(-128, 127))


def random_residual(rng):
    return (random_accumulator(rng), rng.between(2**14, 2**15 - 1),
            rng.between(-15, 31), rng.between(-255, 255),
            rng.between(0, 32767), rng.between(0, 6), rng.between(-128, 127))


def edges():
    """Limits, ties and their neighbours."""
    accumulators = [0, 1, -1, 2**31 - 1, -2**31, 32767, 32768, -32768, -32769]
    for k in (5, 6, 7, 14, 21, 30):
        accumulators += [2**k - 1, 2**k, -2**k, -2**k - 1]
    for accumulator in accumulators:
        for shift in (-15, -1, 0, 1, 8, 31):
            for multiplier in (2**14, 2**14 + 1, 2**15 - 1):
                for zero_point in (-128, 0, 127):
                    yield (accumulator, multiplier, shift, zero_point,
                           -128, 127)


def fnv1a(values):
    digest = 0xCBF29CE484222325
    for value in values:
        digest = ((digest ^ (value & 0xFF)) * 0x100000001B3) & MASK
    return digest


def main():
    rng = Random(1)
    rows = [('requantize', *c, requantize(*c)) for c in edges()]
    cases = [random_requantize(rng) for _ in range(1500)]
    rows += [('requantize', *c, requantize(*c)) for c in cases]
    cases = [random_add(rng) for _ in range(1000)]
    rows += [('add', *c, add(*c)) for c in cases]
    cases = [random_residual(rng) for _ in range(1000)]
    rows += [('residual', *c, residual(*c)) for c in cases]
    with open('arithmetic.csv', 'w', encoding='ascii') as out:
        for row in rows:
            out.write(','.join(str(x) for x in row) + '\n')
    rng = Random(2)
    cases = (random_requantize(rng) for _ in range(1000000))
    print('requantize: 0x%016X' % fnv1a(requantize(*c) for c in cases))
    rng = Random(3)
    cases = (random_add(rng) for _ in range(200000))
    print('add: 0x%016X' % fnv1a(add(*c) for c in cases))
    rng = Random(4)
    cases = (random_residual(rng) for _ in range(200000))
    print('residual: 0x%016X' % fnv1a(residual(*c) for c in cases))


main()
