package io.kadlink.server.messages;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.server.Peer;
import io.kadlink.server.reputation.Behaviour;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * Questions that wait for their answers, by peer and id. Each ends once: with its answer, its time,
 * its session, or because whoever asked lost interest. Thread-safe: whoever takes a question out of
 * the map ends it.
 */
final class Requests {
  /** For each peer: one that never answers costs this much and no more. */
  static final int MAX_PER_PEER = 1024;

  private final AtomicLong lastId = new AtomicLong();
  private final Map<Peer, Map<Long, Waiting<?>>> waiting = new ConcurrentHashMap<>();

  private record Waiting<A>(Class<A> type, CompletableFuture<A> answer) {
    void answered(Answer given, Peer peer) {
      if (type.isInstance(given)) {
        answer.complete(type.cast(given));
      } else {
        answer.completeExceptionally(
            new RequestException(
                RequestException.Cause.WRONG_ANSWER,
                peer + " answered with " + given.getClass().getSimpleName()));
      }
    }

    boolean fail(RequestException.Cause cause, String message) {
      return answer.completeExceptionally(new RequestException(cause, message));
    }
  }

  long nextId() {
    return lastId.incrementAndGet();
  }

  <A> CompletableFuture<A> ask(
      Peer peer, long id, Class<A> type, Duration limit, Loop loop, BooleanSupplier send) {
    CompletableFuture<A> answer = new CompletableFuture<>();
    Waiting<A> question = new Waiting<>(type, answer);
    if (!remember(peer, id, question)) {
      question.fail(
          RequestException.Cause.TOO_MANY, MAX_PER_PEER + " questions wait for answers of " + peer);
      return answer;
    }
    if (!send.getAsBoolean()) {
      forget(peer, id, question);
      question.fail(RequestException.Cause.UNSENT, "nothing can be sent to " + peer + " now");
      return answer;
    }
    Loop.Timer timer = loop.schedule(limit, () -> timedOut(peer, question, limit));
    var unused =
        answer.whenComplete(
            (given, failure) -> {
              timer.cancel();
              forget(peer, id, question); // it was cancelled
            });
    return answer;
  }

  /** False when there are as many as there may be. A peer without questions takes no room. */
  private boolean remember(Peer peer, long id, Waiting<?> question) {
    Map<Long, Waiting<?>> after =
        waiting.compute(
            peer,
            (key, before) -> {
              Map<Long, Waiting<?>> ofPeer = before == null ? new ConcurrentHashMap<>() : before;
              if (ofPeer.size() < MAX_PER_PEER) {
                ofPeer.put(id, question);
              }
              return ofPeer;
            });
    return after != null && after.containsKey(id);
  }

  private void forget(Peer peer, long id, Waiting<?> question) {
    waiting.computeIfPresent(
        peer,
        (key, ofPeer) -> {
          ofPeer.remove(id, question);
          return ofPeer.isEmpty() ? null : ofPeer;
        });
  }

  private void timedOut(Peer peer, Waiting<?> question, Duration limit) {
    String what = "no answer within " + limit.toMillis() + " ms";
    if (question.fail(RequestException.Cause.TIME_OUT, what + " from " + peer)) {
      peer.report(Behaviour.NO_ANSWER, what);
    }
  }

  /** False when nobody waits for it (any more). */
  boolean answered(Peer peer, Answer answer) {
    Map<Long, Waiting<?>> ofPeer = waiting.get(peer);
    Waiting<?> question = ofPeer == null ? null : ofPeer.remove(answer.requestId());
    if (question == null) {
      return false;
    }
    question.answered(answer, peer);
    return true;
  }

  void disconnected(Peer peer) {
    Map<Long, Waiting<?>> ofPeer = waiting.remove(peer);
    if (ofPeer != null) {
      for (Waiting<?> question : List.copyOf(ofPeer.values())) {
        question.fail(RequestException.Cause.GONE, peer + " left without an answer");
      }
    }
  }
}
