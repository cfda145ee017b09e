import 'reflect-metadata'
import { Controller, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { MessagePattern, Transport } from '@nestjs/microservices'
import { becomeAnswerer } from './answerer.mjs'
import { checked } from './check.mjs'

class EchoController {
  echo(payload) {
    return checked(payload)
  }
}
// What the decorators do in TypeScript.
MessagePattern('echo')(
  EchoController.prototype,
  'echo',
  Object.getOwnPropertyDescriptor(EchoController.prototype, 'echo'),
)
Controller()(EchoController)

class EchoModule {}
Module({ controllers: [EchoController] })(EchoModule)

const app = await NestFactory.createMicroservice(EchoModule, {
  transport: Transport.TCP,
  options: { host: '127.0.0.1', port: Number(process.argv[2]) },
  logger: false,
})
await app.listen()
becomeAnswerer()
