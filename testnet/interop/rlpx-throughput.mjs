// Sends messages from one node process to another over @ethereumjs/devp2p's RLPx, and prints how many
// arrive a second: `node rlpx-throughput.mjs SECONDS BYTES`. Called by rlpx-throughput.sh.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { RLPx } from '@ethereumjs/devp2p'
import { bytesToUnprefixedHex, hexToBytes, randomBytes as randomKey } from '@ethereumjs/util'
import * as snappy from 'snappyjs'

const WARM_UP_SECONDS = 4
const BATCH = 16
let received = 0
let opened

class Bench {
  constructor(_version, peer, send) {
    this.send = send
    this.socket = peer['_socket']
    opened?.(this)
  }
  _handleMessage() {
    received++
  }
}

const endpoint = () =>
  new RLPx(randomKey(32), {
    dpt: null,
    maxPeers: 5,
    capabilities: [{ name: 'bench', version: 1, length: 3, constructor: Bench }],
    listenPort: null,
  })

async function send(id, port, bytes) {
  const payload = randomBytes(bytes)
  const session = await new Promise((resolve) => {
    opened = resolve
    endpoint().connect({ id: hexToBytes('0x' + id), address: '127.0.0.1', tcpPort: port })
  })
  await new Promise((resolve) => setTimeout(resolve, 200)) // its Hello has been answered
  for (;;) {
    for (let i = 0; i < BATCH; i++) session.send(0, snappy.compress(payload))
    if (session.socket.writableNeedDrain) {
      await new Promise((resolve) => session.socket.once('drain', resolve))
    } else {
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}

async function receive(seconds, bytes) {
  const rlpx = endpoint()
  rlpx.listen(0, '127.0.0.1')
  await new Promise((resolve) => rlpx.events.once('listening', resolve))
  const port = rlpx['_server'].address().port
  const sender = spawn(process.execPath, [process.argv[1], bytesToUnprefixedHex(rlpx.id), port, bytes, 'send'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  process.on('exit', () => sender.kill())
  await new Promise((resolve) => setTimeout(resolve, WARM_UP_SECONDS * 1000))
  const [before, start] = [received, performance.now()]
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  const perSecond = ((received - before) * 1000) / (performance.now() - start)
  console.log(`${bytes} ${perSecond.toFixed(0)} ${((perSecond * bytes) / 1e6).toFixed(1)}`)
  process.exit(received > 0 ? 0 : 1)
}

const [first, second, third, mode] = process.argv.slice(2)
if (mode === 'send') await send(first, Number(second), Number(third))
else await receive(Number(first), Number(second))
