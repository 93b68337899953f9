package io.kadlink.discovery.v5;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.table.Contact;
import org.jspecify.annotations.Nullable;

/** A request of ours that waits for its answer. */
final class Call {
  /** Takes what comes in answer. */
  interface Answer {
    /** Takes a response of the right type; true when it was the last. */
    boolean take(Call call, Message.Response response);

    /** Nothing more will come: all is there, or time ran out. Called once. */
    void ended();
  }

  final Contact contact;
  final Message.Request request;
  final Answer answer;
  int sends;
  long sentNanos;

  /** Null until it was sent under one. */
  @Nullable Session session;

  Loop.@Nullable Timer timeout;

  Call(Contact contact, Message.Request request, Answer answer) {
    this.contact = contact;
    this.request = request;
    this.answer = answer;
  }

  /** Whether it is the kind of response that the request asks for. */
  boolean fits(Message.Response response) {
    return switch (request) {
      case Message.Ping ping -> response instanceof Message.Pong;
      case Message.FindNode find -> response instanceof Message.Nodes;
      case Message.TalkRequest talk -> response instanceof Message.TalkResponse;
    };
  }

  /**
   * Whether it was not sent as often as it may be: a node can't keep it open by losing sessions.
   */
  boolean maySend() {
    return sends < Calls.MAX_SENDS;
  }

  void cancelTimeout() {
    if (timeout != null) {
      timeout.cancel();
    }
  }
}
