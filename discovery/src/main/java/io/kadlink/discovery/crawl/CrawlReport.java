package io.kadlink.discovery.crawl;

import java.time.Duration;

/**
 * How far a crawl is, or how it went. A node that both versions of the protocol are tried with
 * counts twice in {@code waiting}, {@code running}, {@code recent}, {@code withoutRecord} and
 * {@code silent}.
 *
 * @param seen nodes heard of
 * @param waiting nodes not examined yet
 * @param running nodes being examined
 * @param added nodes that answered for the first time ever
 * @param updated nodes of the set that answered again
 * @param removed nodes that left the set because they missed too many checks
 * @param recent nodes of the set that were checked shortly before and not checked again
 * @param withoutRecord nodes that are alive, but serve no record
 * @param silent nodes that did not answer
 * @param dropped nodes left out because a limit on memory was reached
 * @param questions questions for nodes that were asked
 * @param setSize nodes in the set
 * @param complete whether every node heard of was examined; false while the crawl runs, and when it
 *     was ended early or {@code dropped} nodes
 * @param took time since the start
 */
public record CrawlReport(
    long seen,
    long waiting,
    long running,
    long added,
    long updated,
    long removed,
    long recent,
    long withoutRecord,
    long silent,
    long dropped,
    long questions,
    int setSize,
    boolean complete,
    Duration took) {}
