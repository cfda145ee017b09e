export { createWebServer, type WebServerParts } from './create-web-server.js'
export { type MillracePluginOptions, millrace } from './millrace-plugin.js'
