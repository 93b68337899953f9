package io.kadlink.server;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.identity.NodeId;
import io.kadlink.server.admission.AccessLists;
import io.kadlink.server.admission.Denial;
import io.kadlink.server.admission.Subject;
import io.kadlink.server.reputation.Standing;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Who may be a peer of a running server, and how nodes stand with it. What is changed here outlives
 * a restart when the server has a {@linkplain ServerBuilder#stateFolder folder} to keep it in.
 * Thread-safe; an answer never comes once the server has stopped.
 */
public final class Access {
  private final Loop loop;
  private final AccessLists lists;
  private final Discipline discipline;

  Access(Loop loop, AccessLists lists, Discipline discipline) {
    this.loop = loop;
    this.lists = lists;
    this.discipline = discipline;
  }

  /** The deny list, bans included, oldest first. */
  public List<Denial> denied() {
    return lists.denials();
  }

  /** What is on the deny list for exactly this subject, not for a network it is in. */
  public Optional<Denial> denial(Subject subject) {
    return lists.denial(subject);
  }

  /** The allow list, oldest first. */
  public List<AccessLists.Allowance> allowed() {
    return lists.allowances();
  }

  /**
   * Keeps a subject out from now on, and ends the sessions it means.
   *
   * @param lasts how long; empty: for ever
   * @param why told by {@code kadlink why} and the log
   * @return whether it was added; false when {@value AccessLists#MAX_DENIED} entries are there
   */
  public CompletionStage<Boolean> deny(Subject subject, Optional<Duration> lasts, String why) {
    return onLoop(() -> discipline.deny(subject, lasts, why));
  }

  /**
   * Takes a subject off the deny list; a node's reputation begins anew.
   *
   * @return whether it was there
   */
  public CompletionStage<Boolean> lift(Subject subject) {
    return onLoop(() -> discipline.lift(subject));
  }

  /**
   * Adds to the allow list.
   *
   * @return whether it was added; false when {@value AccessLists#MAX_ALLOWED} entries are there
   */
  public CompletionStage<Boolean> allow(Subject subject) {
    return onLoop(() -> discipline.allow(subject));
  }

  /**
   * Takes a subject off the allow list; existing sessions stay.
   *
   * @return whether it was there
   */
  public CompletionStage<Boolean> disallow(Subject subject) {
    return onLoop(() -> discipline.disallow(subject));
  }

  /** Of every node that something was reported of, the lowest score first. */
  public CompletionStage<List<Standing>> standings() {
    return onLoop(discipline::standings);
  }

  /** Of those among {@code ids} that something was reported of, in the same order. */
  public CompletionStage<List<Standing>> standings(Collection<NodeId> ids) {
    return onLoop(() -> discipline.standings(ids));
  }

  /** Empty when nothing was ever reported of it. */
  public CompletionStage<Optional<Standing>> standing(NodeId id) {
    return onLoop(() -> discipline.standing(id));
  }

  private <T> CompletionStage<T> onLoop(Supplier<T> question) {
    return CompletableFuture.supplyAsync(question, loop);
  }
}
