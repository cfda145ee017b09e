export type { Container } from './container.js'
export type { ContainerOptions } from './container-options.js'
export { createContainer } from './create-container.js'
