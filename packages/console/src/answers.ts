import type { ServerResponse } from 'node:http'

const forbidsAll = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
const ownFilesOnly =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

/** Headers of every answer. A page of ours may load its own files; nothing else may do anything. */
export function securityHeaders(kind: 'page' | 'other'): Readonly<Record<string, string>> {
  return {
    'cache-control': 'no-store',
    'content-security-policy': kind === 'page' ? ownFilesOnly : forbidsAll,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  }
}

/** Why a request is not answered as it was meant. */
export interface Refusal {
  readonly status: number
  /** One sentence for whoever looks at it in a browser. */
  readonly says: string
}

/** What there is to see without a session. */
export const noSession: Refusal = {
  status: 401,
  says: 'This page opens by a link that works once: run “millrace top --web” on this machine, and open the link that it prints.',
}

/** Answers with a page of one sentence. */
export function refuse(response: ServerResponse, { status, says }: Refusal): void {
  const html = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Millrace</title></head>
<body><h1>Millrace</h1><p>${says}</p></body>
</html>
`
  response.writeHead(status, { ...securityHeaders('other'), 'content-type': 'text/html; charset=utf-8' }).end(html)
}

/** Answers with JSON. */
export function answerJson(response: ServerResponse, status: number, value: unknown): void {
  response
    .writeHead(status, { ...securityHeaders('other'), 'content-type': 'application/json; charset=utf-8' })
    .end(JSON.stringify(value))
}
