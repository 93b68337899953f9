package io.kadlink.discovery.v5;

/** The 128 random bits in front of a packet, from which its header's mask is made. */
public record MaskingIv(long high, long low) {}
