package io.kadlink.protocols.eth.peer;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What happens in the eth protocol, counted. */
public final class EthMetrics {
  private final MeterRegistry registry;
  private final AtomicInteger waitingTransactions = new AtomicInteger();
  private final AtomicLong waitingBytes = new AtomicLong();
  private final AtomicInteger wantedTransactions = new AtomicInteger();
  private final AtomicInteger claims = new AtomicInteger();
  private final AtomicInteger blobsInTheMaking = new AtomicInteger();

  public EthMetrics(MeterRegistry registry) {
    this.registry = registry;
    registry.gauge("kadlink.eth.transactions.waiting", waitingTransactions);
    registry.gauge("kadlink.eth.transactions.waiting.bytes", waitingBytes);
    registry.gauge("kadlink.eth.transactions.wanted", wantedTransactions);
    registry.gauge("kadlink.eth.transactions.announced", claims);
    registry.gauge("kadlink.eth.transactions.blobs.fetching", blobsInTheMaking);
  }

  /** Transactions from peers that wait for the pool. */
  public void waitingTransactions(int count, long bytes) {
    waitingTransactions.set(count);
    waitingBytes.set(bytes);
  }

  /**
   * Announced transactions that are not here yet.
   *
   * @param announced how often, each peer counted
   */
  public void wantedTransactions(int count, int announced) {
    wantedTransactions.set(count);
    claims.set(announced);
  }

  /** A Status exchange ended: {@code accepted}, or why not. */
  public void handshake(String outcome) {
    registry.counter("kadlink.eth.handshakes", "outcome", outcome).increment();
  }

  /** We ended a session. */
  public void dropped(String why) {
    registry.counter("kadlink.eth.peers.dropped", "reason", why).increment();
  }

  /** Something a peer sent was ignored. */
  public void ignored(String message, String reason) {
    ignored(message, reason, 1);
  }

  /** So many things at once. */
  public void ignored(String message, String reason, int count) {
    registry
        .counter("kadlink.eth.messages.ignored", "message", message, "reason", reason)
        .increment(count);
  }

  /** Something we wanted to send was not taken. */
  public void unsent(String message) {
    registry.counter("kadlink.eth.messages.unsent", "message", message).increment();
  }

  /** A question of ours ended: {@code answered}, {@code timeout} or {@code gone}. */
  public void request(String message, String outcome) {
    registry.counter("kadlink.eth.requests", "message", message, "outcome", outcome).increment();
  }

  /** A transaction from a peer was handed to the pool. */
  public void transaction(String verdict) {
    registry.counter("kadlink.eth.transactions.received", "verdict", verdict).increment();
  }

  /** Blob transactions that are asked for, put together or verified. */
  public void blobsInTheMaking(int count) {
    blobsInTheMaking.set(count);
  }

  /** A blob transaction was fetched, or why not. */
  public void blobs(String outcome) {
    registry.counter("kadlink.eth.transactions.blobs", "outcome", outcome).increment();
  }

  /** A block from a peer was handed to the chain. */
  public void block(String result) {
    registry.counter("kadlink.eth.blocks.received", "result", result).increment();
  }

  /** Receipts of a block from a peer were handed to the chain. */
  public void receipts(String result) {
    registry.counter("kadlink.eth.receipts.received", "result", result).increment();
  }

  /** A download of blocks ended. */
  public void sync(String outcome) {
    registry.counter("kadlink.eth.sync.downloads", "outcome", outcome).increment();
  }
}
