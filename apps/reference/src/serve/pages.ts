import { readFile } from 'node:fs/promises'
import { defineNode } from '@millrace/contracts'
import { Icon, IconRequest, Page, PageRequest, Script, ScriptRequest, Style, StyleRequest } from './messages.js'

const fileOf = (name: string) => readFile(new URL(`page/${name}`, import.meta.url))

/** Serves the page where attempts are typed. */
export const pages = defineNode({
  name: 'pages',
  stage: 'ingress',
  consumes: [PageRequest, ScriptRequest, StyleRequest, IconRequest],
  emits: [Page, Script, Style, Icon],
  handle: async (_, { type }) => {
    if (type === ScriptRequest.name) return Script.of(await fileOf('page.js'))
    if (type === StyleRequest.name) return Style.of(await fileOf('page.css'))
    if (type === IconRequest.name) return Icon.of(await fileOf('icon.svg'))
    return Page.of(await fileOf('index.html'))
  },
})
