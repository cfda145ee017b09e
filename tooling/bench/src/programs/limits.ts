/** The limits of the application's configuration, which are also their defaults. */
export const limits = {
  attempts_per_day: 3,
  cents_per_day: 500_000,
  cents_per_week: 2_000_000,
  cents_per_prime: 999_900,
  primes_per_day: 1,
} as const
