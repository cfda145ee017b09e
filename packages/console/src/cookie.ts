/**
 * The name of the session cookie. Cookies do not know ports: two applications on one machine have their pages on the same host,
 * and must not take each other's session away.
 */
export function cookieName(port: number): string {
  return `millrace_console_${port}`
}

/** What sets the cookie, for as long as the browser runs. */
export function setCookie(name: string, session: string): string {
  return `${name}=${session}; Path=/; HttpOnly; SameSite=Strict`
}

/** The value of a cookie in the header of a request; `''` without one. */
export function readCookie(name: string, header: string | undefined): string {
  const start = `${name}=`
  return (
    header
      ?.split(';')
      .map((part) => part.trim())
      .find((part) => part.startsWith(start))
      ?.slice(start.length) ?? ''
  )
}
