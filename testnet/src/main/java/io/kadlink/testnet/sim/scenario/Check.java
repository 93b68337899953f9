package io.kadlink.testnet.sim.scenario;

/**
 * Something that must hold.
 *
 * @param value what was seen
 * @param wanted what it must be
 */
public record Check(String name, boolean ok, String value, String wanted) {}
