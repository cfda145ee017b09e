export { type ConsoleOptions, createConsole } from './create-console.js'
