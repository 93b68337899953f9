package io.kadlink.protocols.eth.chain;

/** A header with its body. */
public record Block(BlockHeader header, BlockBody body) {}
