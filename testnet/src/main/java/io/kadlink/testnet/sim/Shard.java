package io.kadlink.testnet.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;

/** A share of the nodes that one thread runs, task by task in order of time. */
final class Shard {
  final EventBuffer log = new EventBuffer();
  private final int index;
  private final PriorityQueue<Task> tasks = new PriorityQueue<>();

  /** Tasks for the nodes of other shards, by shard, until all threads have come to rest. */
  private final List<List<Task>> outgoing = new ArrayList<>();

  private long now;
  private long executed;

  Shard(int index, int shards) {
    this.index = index;
    for (int i = 0; i < shards; i++) {
      outgoing.add(new ArrayList<>());
    }
  }

  long now() {
    return now;
  }

  void setNow(long nanos) {
    now = nanos;
  }

  /** Tasks run so far. */
  long executed() {
    return executed;
  }

  void add(Task task) {
    tasks.add(task);
  }

  void send(Shard to, Task task) {
    outgoing.get(to.index).add(task);
  }

  /** Takes what {@code from} has for this shard. */
  void collect(Shard from) {
    List<Task> arrived = from.outgoing.get(index);
    tasks.addAll(arrived);
    arrived.clear();
  }

  /** When the next task is due. */
  long next() {
    Task task = tasks.peek();
    return task == null ? Long.MAX_VALUE : task.at;
  }

  /** Runs all that is due before {@code end}. */
  void run(long end) {
    for (Task task = tasks.peek(); task != null && task.at < end; task = tasks.peek()) {
      tasks.remove();
      now = task.at;
      executed++;
      task.run();
    }
  }
}
