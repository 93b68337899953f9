package io.kadlink.cli;

import io.kadlink.identity.Enode;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A command's main thread waits for what runs elsewhere; failures become one clear line. */
final class Waiting {
  private Waiting() {}

  /**
   * @param failure how the line begins when it fails or takes too long
   */
  static <T> T on(CompletionStage<T> stage, Duration limit, String failure) {
    try {
      return stage.toCompletableFuture().get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new CommandFailure(failure + ": nothing within " + limit.toSeconds() + " s", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      String detail = cause instanceof TimeoutException ? "no answer" : cause.getMessage();
      throw new CommandFailure(failure + ": " + detail, cause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure(failure + ": interrupted", e);
    }
  }

  /** The same node with its host name looked up. */
  static Enode resolved(Enode enode) {
    if (enode.hasAddressLiteral()) {
      return enode;
    }
    try {
      InetAddress address = InetAddress.getByName(enode.host());
      return Enode.of(enode.publicKey(), address, enode.tcpPort(), enode.udpPort());
    } catch (UnknownHostException e) {
      throw new CommandFailure("The host name " + enode.host() + " can't be resolved", e);
    }
  }
}
