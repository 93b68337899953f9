// A discovery v4 node of @ethereumjs/devp2p on loopback. node discovery-ethereumjs.mjs PORT KADLINK OTHER...:
// all enode URLs; prints its own, asks KADLINK, whose table has each OTHER, prints "asked" and stays.
import assert from 'node:assert/strict'
import { DPT } from '@ethereumjs/devp2p'
import { bytesToUnprefixedHex, hexToBytes, randomBytes } from '@ethereumjs/util'

const LIMIT_MS = 15000
const [port, ...enodes] = process.argv.slice(2)
const [kadlink, ...others] = enodes.map((enode) => {
  const url = new URL(enode.replace('enode:', 'http:'))
  return {
    id: hexToBytes('0x' + url.username),
    address: url.hostname,
    tcpPort: Number(url.port),
    udpPort: Number(url.searchParams.get('discport') ?? url.port),
  }
})
const endpoint = { address: '127.0.0.1', udpPort: Number(port), tcpPort: Number(port) }
const dpt = new DPT(randomBytes(32), { endpoint, refreshInterval: 5000 })
dpt.events.on('error', (error) => console.error('dpt', error.message))

const step = (text) => console.log(`ok  v4 ethereumjs -> kadlink: ${text}`)
const name = (peer) => bytesToUnprefixedHex(peer.id)

async function until(what, condition) {
  const end = Date.now() + LIMIT_MS
  while (!condition()) {
    assert.ok(Date.now() < end, `${what}: not within ${LIMIT_MS} ms`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function ask() {
  const bonded = await dpt.addPeer(kadlink)
  assert.equal(name(bonded), name(kadlink))
  step('ping answered with pong, the endpoint is proven')

  let told = []
  dpt['_server'].events.on('peers', (endpoints) => {
    // a single one may also be who pinged us; ids are not told here
    if (endpoints.length >= others.length) told = endpoints.map((at) => at.udpPort)
  })
  let tries = 0
  await until('the reverse endpoint proof, and neighbors', () => {
    if (tries++ % 5 === 0) dpt['_server'].findneighbours(bonded, dpt.id)
    return others.every((other) => told.includes(other.udpPort))
  })
  step('findnode answered with neighbors, all that are known')
  await until('endpoint proofs with the neighbors', () =>
    others.every((other) => dpt.getPeer(other) !== null),
  )
  step(`ping answered by ${others.length} bootnodes, too`)
}

dpt.bind(Number(port), '127.0.0.1')
console.log(`enode://${bytesToUnprefixedHex(dpt.id)}@127.0.0.1:${port}`)
try {
  await ask()
  console.log('asked')
} catch (error) {
  console.log(`FAILED: ${error.message}`)
  process.exit(1)
}
