package io.kadlink.cli.rpc;

/** A JSON-RPC error answer: the code and the line the caller reads. */
public final class RpcError extends Exception {
  private static final long serialVersionUID = 1L;

  static final int PARSE_ERROR = -32700;
  static final int INVALID_REQUEST = -32600;
  static final int METHOD_NOT_FOUND = -32601;
  static final int INVALID_PARAMS = -32602;
  static final int INTERNAL_ERROR = -32603;

  /** What was asked for can't be done (geth's code for such errors). */
  static final int SERVER_ERROR = -32000;

  private final int code;

  RpcError(int code, String message) {
    super(message);
    this.code = code;
  }

  /** The parameters are not what the method takes. */
  public static RpcError invalidParams(String message) {
    return new RpcError(INVALID_PARAMS, message);
  }

  /** The request was understood and failed. */
  public static RpcError failed(String message) {
    return new RpcError(SERVER_ERROR, message);
  }

  int code() {
    return code;
  }
}
