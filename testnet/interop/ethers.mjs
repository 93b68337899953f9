// A wallet that knows nothing of Kadlink: node ethers.mjs URL sends transfers of three types and waits for their receipts.
import { JsonRpcProvider, Wallet, WebSocketProvider, id, parseEther } from "ethers";

const url = process.argv[2];
const provider = new JsonRpcProvider(url);
const wallet = new Wallet(id("kadlink dev account 3"), provider);
const to = "0x1000000000000000000000000000000000000001";
const check = (what, holds) => {
  if (!holds) throw new Error(what);
  console.log("ok  ethers: " + what);
};

const socket = new WebSocketProvider(url.replace("http", "ws"));
const heard = { blocks: [], pending: [] };
await socket.on("block", (number) => heard.blocks.push(number));
await socket.on("pending", (hash) => heard.pending.push(hash));

const sent = await wallet.sendTransaction({ to, value: parseEther("1.5") });
const receipt = await sent.wait();
check(`a transfer of type ${sent.type} is in block ${receipt.blockNumber}`, receipt.status === 1 && sent.type === 2);
check("the recipient has it", (await provider.getBalance(to)) === parseEther("1.5"));
for (const type of [0, 1]) {
  const other = await wallet.sendTransaction({ to, value: 1n, type });
  check(`a transfer of type ${type} is in a block`, (await other.wait()).status === 1);
}
check("subscriptions told of blocks and of the transaction", heard.blocks.length > 1 && heard.pending.includes(sent.hash));

const refusal = async (from, fields) => {
  const error = await from.sendTransaction({ to, value: 1n, gasLimit: 21000, ...fields }).catch((thrown) => thrown);
  return error.code;
};
const poor = Wallet.createRandom().connect(provider);
check("who has nothing is refused for it", (await refusal(poor)) === "INSUFFICIENT_FUNDS");
check("a used nonce is refused for it", (await refusal(wallet, { nonce: 0 })) === "NONCE_EXPIRED");
const nonce = (await wallet.getNonce()) + 1; // a gap, so that it waits
const waiting = await wallet.sendTransaction({ to, value: 1n, gasLimit: 21000, nonce });
const fees = { maxFeePerGas: waiting.maxFeePerGas + 1n, maxPriorityFeePerGas: waiting.maxPriorityFeePerGas };
check("a replacement that pays too little is refused for it",
  (await refusal(wallet, { nonce, ...fees })) === "REPLACEMENT_UNDERPRICED");
await socket.destroy();
provider.destroy();
