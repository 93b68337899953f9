package io.kadlink.discovery.dns;

import java.time.Duration;

/** What came of looking for a part of a tree. */
sealed interface Outcome<T> {

  /**
   * It is there and genuine.
   *
   * @param ttl how long it may be kept
   */
  record Found<T>(T part, Duration ttl) implements Outcome<T> {}

  /**
   * It is not.
   *
   * @param detail for the log; may hold strangers' words
   */
  record Failed<T>(DnsFailure failure, String detail) implements Outcome<T> {}
}
