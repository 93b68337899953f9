// Tells an execution client to follow another one's head: node chain-ethereumjs.mjs THEIR-RPC ENGINE. The head must be
// a block without transactions, so that its payload can be made from what JSON-RPC says of it.
const [theirs, engine] = process.argv.slice(2);
const call = async (url, method, params) => {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  const answer = await response.json();
  if (answer.error) throw new Error(`${method}: ${JSON.stringify(answer.error)}`);
  return answer.result;
};

const block = await call(theirs, "eth_getBlockByNumber", ["latest", false]);
if (block.transactions.length) throw new Error("the head has transactions");
const same = ["parentHash", "stateRoot", "logsBloom", "gasLimit", "gasUsed", "timestamp", "extraData", "baseFeePerGas"];
const payload = {
  ...Object.fromEntries([...same, "transactions", "withdrawals"].map((name) => [name, block[name]])),
  feeRecipient: block.miner,
  receiptsRoot: block.receiptsRoot,
  prevRandao: block.mixHash,
  blockNumber: block.number,
  blockHash: block.hash,
};
await call(engine, "engine_newPayloadV2", [payload]);
const none = "0x" + "00".repeat(32);
await call(engine, "engine_forkchoiceUpdatedV2", [
  { headBlockHash: block.hash, safeBlockHash: block.hash, finalizedBlockHash: none },
  null,
]);
console.log(block.number);
