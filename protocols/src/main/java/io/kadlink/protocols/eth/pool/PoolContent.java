package io.kadlink.protocols.eth.pool;

import io.kadlink.protocols.eth.chain.Transaction;
import java.util.List;
import java.util.Map;
import org.apache.tuweni.bytes.Bytes;

/**
 * What a pool holds at one moment, by sender and in the order of nonces.
 *
 * @param pending what the next blocks could take
 * @param queued what waits for a nonce before it
 */
public record PoolContent(
    Map<Bytes, List<Transaction>> pending, Map<Bytes, List<Transaction>> queued) {}
