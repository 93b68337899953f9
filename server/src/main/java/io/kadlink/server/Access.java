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
 * a restart when the server has a {@linkplain ServerBuilder#stateFolder folder} to keep it in: a
 * change is in force at once, and its stage completes when it is on disk, so that not even a kill
 * takes it back. Where it can't be written the stage fails with a {@link NotKeptException}; the
 * change holds all the same, until the server ends, and is written as soon as that is possible.
 *
 * <p>Thread-safe; an answer never comes once the server has stopped.
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
    return kept(() -> discipline.deny(subject, lasts, why));
  }

  /**
   * Takes a subject off the deny list; a node's reputation begins anew.
   *
   * @return whether it was there
   */
  public CompletionStage<Boolean> lift(Subject subject) {
    return kept(() -> discipline.lift(subject));
  }

  /**
   * Adds to the allow list.
   *
   * @return whether it was added; false when {@value AccessLists#MAX_ALLOWED} entries are there
   */
  public CompletionStage<Boolean> allow(Subject subject) {
    return kept(() -> discipline.allow(subject));
  }

  /**
   * Takes a subject off the allow list; existing sessions stay.
   *
   * @return whether it was there
   */
  public CompletionStage<Boolean> disallow(Subject subject) {
    return kept(() -> discipline.disallow(subject));
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

  private CompletionStage<Boolean> kept(Supplier<CompletionStage<Boolean>> change) {
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    onLoop(change)
        .thenCompose(saved -> saved)
        .whenComplete(
            (result, failure) -> {
              if (failure == null) {
                answer.complete(result);
              } else {
                answer.completeExceptionally(NotKeptException.of(failure));
              }
            });
    return answer;
  }

  private <T> CompletionStage<T> onLoop(Supplier<T> question) {
    return CompletableFuture.supplyAsync(question, loop);
  }
}
