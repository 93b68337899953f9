package io.kadlink.testnet.sim.scenario;

/** Something that happens to a network. */
interface Scenario {

  /** Nodes when nobody says how many. */
  int usualNodes();

  /** One line for a list of scenarios. */
  String description();

  void play(Stage stage);
}
