import { describe, expect, it } from '@jest/globals'
import { browserOrigin } from './browser-origin.js'

describe('browserOrigin', () => {
  it.each([
    ['https://shop.example', 'https://shop.example'],
    ['https://shop.example/', 'https://shop.example'],
    ['https://Shop.example:443/cart', 'https://shop.example'],
    ['HTTP://127.0.0.1:80', 'http://127.0.0.1'],
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000'],
    ['http://', 'http://'],
    ['*', '*'],
    ['null', 'null'],
    ['capacitor://localhost', 'capacitor://localhost'],
  ])('%s: %s', (origin, sent) => expect(browserOrigin(origin)).toBe(sent))
})
