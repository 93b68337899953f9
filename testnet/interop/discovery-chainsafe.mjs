// A @chainsafe/discv5 node on loopback that answers talk requests of "echo" with themselves and of others
// with nothing. node discovery-chainsafe.mjs PORT KADLINK ECHO OTHER...: all ENRs; prints its own, asks
// KADLINK, whose table has each OTHER, and ECHO, which listens for "echo"; prints "asked" and stays.
import assert from 'node:assert/strict'
import { Discv5 } from '@chainsafe/discv5'
import { ENR, SignableENR } from '@chainsafe/enr'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { multiaddr } from '@multiformats/multiaddr'

const [port, ...records] = process.argv.slice(2)
const [kadlink, echo, ...others] = records.map((record) => ENR.decodeTxt(record))
const privateKey = await generateKeyPair('secp256k1')
const enr = SignableENR.createFromPrivateKey(privateKey)
const address = multiaddr(`/ip4/127.0.0.1/udp/${port}`)
enr.setLocationMultiaddr(address)
const discv5 = Discv5.create({
  enr,
  privateKey,
  bindAddrs: { ip4: address },
  config: { enrUpdate: false },
})
discv5.on('talkReqReceived', (from, _enr, { id, protocol, request }) => {
  const known = Buffer.from(protocol).toString() === 'echo'
  discv5.sendTalkResp(from, id, known ? request : new Uint8Array())
})

const step = (text) => console.log(`ok  v5 chainsafe -> kadlink: ${text}`)

/** Logarithmic distance of two node ids in hex. */
function distance(a, b) {
  return (BigInt('0x' + a) ^ BigInt('0x' + b)).toString(2).length
}

async function ask() {
  const pong = await discv5.sendPing(kadlink)
  assert.equal(pong.enrSeq, kadlink.seq)
  assert.equal(pong.addr.port, Number(port))
  step('handshake, and ping answered with pong')

  const self = await discv5.sendFindNode(kadlink, [0])
  assert.deepEqual(self.map((record) => record.encodeTxt()), [records[0]])
  step('findnode at distance 0 answered with its own record')
  const distances = [...new Set(others.map((other) => distance(other.nodeId, kadlink.nodeId)))]
  const far = (await discv5.sendFindNode(kadlink, distances)).map((record) => record.encodeTxt())
  for (const other of others) assert.ok(far.includes(other.encodeTxt()), `no ${other.nodeId}`)
  step(`findnode at distances ${distances} answered with the nodes there`)

  const request = Buffer.from('kadlink')
  assert.deepEqual(Buffer.from(await discv5.sendTalkReq(echo, request, 'echo')), request)
  step('talk request answered by its handler')
  assert.equal((await discv5.sendTalkReq(kadlink, request, 'unknown')).length, 0)
  step('talk request of an unknown protocol answered with nothing')
  for (const other of others) await discv5.sendPing(other)
  step(`ping answered by ${others.length} bootnodes, too`)
}

await discv5.start()
console.log(enr.encodeTxt())
try {
  await ask()
  console.log('asked')
} catch (error) {
  console.log(`FAILED: ${error.message}`)
  process.exit(1)
}
