// Runs @ethereumjs/devp2p against a Kadlink node: endpoint proof over discv4, a dialed and an accepted
// RLPx session, eth/68 status, ping, headers. Called by ethereumjs.sh, which says what it needs.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { createCommonFromGethGenesis } from '@ethereumjs/common'
import { DPT, ETH, EthMessageCodes, RLPx } from '@ethereumjs/devp2p'
import { RLP } from '@ethereumjs/rlp'
import { keccak256 } from 'ethereum-cryptography/keccak.js'
import { bytesToHex, bytesToUnprefixedHex, hexToBytes, randomBytes, utf8ToBytes } from '@ethereumjs/util'

const [enode, rpcUrl, genesisFile] = process.argv.slice(2)
const LIMIT_MS = 15000
const url = new URL(enode.replace('enode:', 'http:'))
const kadlink = {
  id: hexToBytes('0x' + url.username),
  address: url.hostname,
  tcpPort: Number(url.port),
  udpPort: Number(url.port),
}

async function rpc(method, ...params) {
  const response = await fetch(rpcUrl, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  const answer = await response.json()
  if (answer.error) throw new Error(`${method}: ${answer.error.message}`)
  return answer.result
}

function within(what, promise) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing within ${LIMIT_MS} ms`)), LIMIT_MS)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

function once(events, name, accept = () => true) {
  return new Promise((resolve) => {
    const listener = (...values) => {
      if (accept(...values)) {
        events.off(name, listener)
        resolve(values)
      }
    }
    events.on(name, listener)
  })
}

async function until(what, condition) {
  const end = Date.now() + LIMIT_MS
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`${what}: not within ${LIMIT_MS} ms`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

const step = (text) => console.log(`ok  ${text}`)

const genesis = await rpc('eth_getBlockByNumber', '0x0', false)
const head = await rpc('eth_getBlockByNumber', 'latest', false)
const genesisHash = hexToBytes(genesis.hash)
const common = createCommonFromGethGenesis(JSON.parse(fs.readFileSync(genesisFile, 'utf8')), {
  chain: 'kadlink-interop',
  genesisHash,
})
common.setForkHashes(genesisHash)

const privateKey = randomBytes(32)
const udpPort = Number(process.env.PORT ?? 31303)
const endpoint = { address: '127.0.0.1', udpPort, tcpPort: udpPort }
const dpt = new DPT(privateKey, { endpoint, refreshInterval: 60000, shouldFindNeighbours: true })
const rlpx = new RLPx(privateKey, {
  dpt: null,
  maxPeers: 5,
  capabilities: [ETH.eth68],
  common,
  listenPort: udpPort,
  clientId: utf8ToBytes('ethereumjs-interop'),
})
rlpx.events.on('error', (error) => console.error('rlpx', error.message))
rlpx.events.on('peer:error', (_peer, error) => console.error('peer', error.message))
dpt.events.on('error', (error) => console.error('dpt', error.message))

dpt.bind(udpPort, '127.0.0.1')
const bonded = await within('endpoint proof', dpt.addPeer(kadlink))
assert.equal(bytesToUnprefixedHex(bonded.id), url.username)
step('discv4: our ping got its pong, the endpoint is proven')
const neighbours = once(dpt['_server'].events, 'peers')
await until('the reverse endpoint proof', async () => {
  dpt['_server'].findneighbours(bonded, dpt.id)
  return Promise.race([neighbours.then(() => true), new Promise((r) => setTimeout(r, 500, false))])
})
step('discv4: findnode is answered with neighbors')

function handshake(peer) {
  const eth = peer.getProtocols().find((protocol) => protocol instanceof ETH)
  assert.ok(eth, 'no eth/68 on the session')
  const status = once(eth.events, 'status')
  eth.sendStatus({
    td: new Uint8Array(),
    bestHash: genesisHash,
    latestBlock: new Uint8Array([0]),
    genesisHash,
  })
  return within('eth status', status).then(([received]) => {
    assert.equal(bytesToHex(received.genesisHash), genesis.hash)
    assert.equal(bytesToHex(received.bestHash), head.hash)
    return eth
  })
}

async function session(direction, start) {
  const added = once(rlpx.events, 'peer:added')
  await start()
  const [peer] = await within(`${direction}: a session`, added)
  const hello = peer.getHelloMessage()
  assert.equal(bytesToUnprefixedHex(hello.id), url.username)
  step(`${direction}: Hello from ${hello.clientId}`)
  const eth = await handshake(peer)
  step(`${direction}: eth/68 status exchanged`)

  const answered = once(eth.events, 'message', (code) => code === EthMessageCodes.BLOCK_HEADERS)
  const [want, skip, reverse] = [Number(head.number) + 1, new Uint8Array(), new Uint8Array()]
  eth.sendMessage(EthMessageCodes.GET_BLOCK_HEADERS, [
    new Uint8Array([7]),
    [new Uint8Array(), new Uint8Array([want]), skip, reverse],
  ])
  const [, [requestId, headers]] = await within(`${direction}: headers`, answered)
  assert.deepEqual([...requestId], [7])
  assert.equal(headers.length, want)
  assert.equal(bytesToHex(keccak256(RLP.encode(headers[want - 1]))), head.hash)
  step(`${direction}: ${want} headers, the last one is the head`)

  peer._sendPing()
  await until(`${direction}: pong`, () => peer['_pingTimeoutId'] === null || peer['_pingTimeoutId']._destroyed)
  step(`${direction}: ping answered with pong`)
  const removed = once(rlpx.events, 'peer:removed')
  peer.disconnect(0)
  await within(`${direction}: goodbye`, removed)
  await until(`${direction}: the session's end`, async () => (await rpc('admin_peers')).length === 0)
  step(`${direction}: goodbye`)
}

await session('dialed', () => rlpx.connect(kadlink))
rlpx.listen(udpPort, '127.0.0.1')
const own = `enode://${bytesToUnprefixedHex(rlpx.id)}@127.0.0.1:${udpPort}`
await session('accepted', () => rpc('admin_addPeer', own))
await rpc('admin_removePeer', own)

rlpx.destroy()
dpt.destroy()
console.log('all held')
process.exit(0)
