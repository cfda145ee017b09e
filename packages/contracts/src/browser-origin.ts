/**
 * What a browser sends as the `Origin` of pages from there: scheme, host and port, in small letters, without the default port and
 * without a path (RFC 6454 §6.2). Another text than `origin` means that no browser sends `origin`.
 *
 * @param origin of a configuration. What is no http or https URL, as `*`, `null` or the scheme of an app, comes back as it is
 */
export function browserOrigin(origin: string): string {
  return /^https?:/i.test(origin) && URL.canParse(origin) ? new URL(origin).origin : origin
}
