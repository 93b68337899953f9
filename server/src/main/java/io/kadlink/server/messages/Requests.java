package io.kadlink.server.messages;

import io.kadlink.server.Loop;
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

    void fail(RequestException.Cause cause, String message) {
      answer.completeExceptionally(new RequestException(cause, message));
    }
  }

  void connected(Peer peer) {
    waiting.put(peer, new ConcurrentHashMap<>());
  }

  long nextId() {
    return lastId.incrementAndGet();
  }

  <A> CompletableFuture<A> ask(
      Peer peer, long id, Class<A> type, Duration limit, Loop loop, BooleanSupplier send) {
    CompletableFuture<A> answer = new CompletableFuture<>();
    Waiting<A> question = new Waiting<>(type, answer);
    Map<Long, Waiting<?>> ofPeer = waiting.get(peer);
    if (ofPeer == null) {
      question.fail(RequestException.Cause.GONE, peer + " is gone");
      return answer;
    }
    if (ofPeer.size() >= MAX_PER_PEER) {
      question.fail(
          RequestException.Cause.TOO_MANY, MAX_PER_PEER + " questions wait for answers of " + peer);
      return answer;
    }
    ofPeer.put(id, question);
    if (!send.getAsBoolean()) {
      ofPeer.remove(id);
      question.fail(RequestException.Cause.UNSENT, "nothing can be sent to " + peer + " now");
      return answer;
    }
    Loop.Timer timer = loop.schedule(limit, () -> timedOut(peer, id, question, limit));
    var unused =
        answer.whenComplete(
            (given, failure) -> {
              timer.cancel();
              ofPeer.remove(id, question); // it was cancelled
            });
    if (!waiting.containsKey(peer)) {
      question.fail(RequestException.Cause.GONE, peer + " is gone"); // meanwhile
    }
    return answer;
  }

  private void timedOut(Peer peer, long id, Waiting<?> question, Duration limit) {
    Map<Long, Waiting<?>> ofPeer = waiting.get(peer);
    if (ofPeer != null && ofPeer.remove(id, question)) {
      String what = "no answer within " + limit.toMillis() + " ms";
      peer.report(Behaviour.NO_ANSWER, what);
      question.fail(RequestException.Cause.TIME_OUT, what + " from " + peer);
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
