/** What JSON carries. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  // A type, not an interface: only then is a value with named keys one of these.
  | { readonly [key: string]: Json }
