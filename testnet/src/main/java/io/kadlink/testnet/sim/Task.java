package io.kadlink.testnet.sim;

import io.kadlink.discovery.loop.Loop;
import org.jspecify.annotations.Nullable;

/**
 * Something to do at a point of virtual time. Tasks have a total order that depends on nothing but
 * the nodes themselves: time, the node that runs it, the node that asked for it, and that node's
 * own count.
 */
final class Task implements Loop.Timer, Comparable<Task> {
  final long at;
  final VirtualLoop owner;
  private final int origin;
  private final long number;
  private @Nullable Runnable action;

  Task(long at, VirtualLoop owner, int origin, long number, Runnable action) {
    this.at = at;
    this.owner = owner;
    this.origin = origin;
    this.number = number;
    this.action = action;
  }

  /** Lets go of the action at once: most timers are time-outs that never happen. */
  @Override
  public void cancel() {
    action = null;
  }

  void run() {
    Runnable todo = action;
    if (todo != null) {
      action = null;
      owner.run(todo);
    }
  }

  @Override
  public int compareTo(Task other) {
    int order = Long.compare(at, other.at);
    if (order == 0) {
      order = Integer.compare(owner.number(), other.owner.number());
    }
    if (order == 0) {
      order = Integer.compare(origin, other.origin);
    }
    return order != 0 ? order : Long.compare(number, other.number);
  }
}
