package io.kadlink.server.membership;

/** Certificates, keys or lists that can't be used; the message says which and why, for a person. */
public final class MembershipException extends Exception {
  private static final long serialVersionUID = 1L;

  public MembershipException(String message) {
    super(message);
  }

  public MembershipException(String message, Throwable cause) {
    super(message, cause);
  }
}
