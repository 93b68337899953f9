package io.kadlink.testnet.sim.scenario;

import java.util.List;
import java.util.Map;

/**
 * What became of a scenario.
 *
 * @param ok whether all checks held
 * @param virtualSeconds how long it was in the simulated world
 * @param wallSeconds how long it took here
 * @param cpuSeconds what it cost
 * @param figures what was measured, in the order it was
 * @param eventLogHash SHA-256 over all that happened
 */
public record Outcome(
    String scenario,
    boolean ok,
    int nodes,
    long seed,
    List<String> versions,
    double virtualSeconds,
    double wallSeconds,
    double cpuSeconds,
    long events,
    Map<String, Object> figures,
    List<Check> checks,
    String eventLogHash) {}
