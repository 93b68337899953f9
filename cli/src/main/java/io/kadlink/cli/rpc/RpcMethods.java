package io.kadlink.cli.rpc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** JSON-RPC 2.0: the methods a node answers, single calls and batches. Thread-safe. */
public final class RpcMethods {
  /** What one method does; its result is written with Jackson. May block. */
  @FunctionalInterface
  public interface Method {
    @Nullable Object call(Params params) throws Exception;
  }

  /** A batch above this is refused: one request must not occupy the node for long. */
  static final int MAX_BATCH = 100;

  private static final Logger log = LoggerFactory.getLogger(RpcMethods.class);

  private final ObjectMapper mapper = new ObjectMapper();
  private final Map<String, Method> methods = new ConcurrentHashMap<>();
  private final Map<String, Feed> feeds = new ConcurrentHashMap<>();

  public RpcMethods() {
    add("rpc_modules", params -> modules());
  }

  /** The namespaces there are, as geth's console asks for them first. */
  private Map<String, String> modules() {
    Map<String, String> modules = new TreeMap<>();
    Stream.concat(methods.keySet().stream(), feeds.keySet().stream())
        .map(name -> name.split("[_/]", 2)[0])
        .forEach(namespace -> modules.put(namespace, "1.0"));
    return modules;
  }

  /** Adds a method; its name must be new. */
  public RpcMethods add(String name, Method method) {
    if (methods.putIfAbsent(name, method) != null) {
      throw new IllegalArgumentException("two RPC methods are called " + name);
    }
    return this;
  }

  /**
   * Adds what WebSocket clients can subscribe to by {@code namespace_subscribe(name, ...)}.
   *
   * @param name new within its namespace
   */
  public RpcMethods addFeed(String namespace, String name, Feed feed) {
    if (feeds.putIfAbsent(namespace + "/" + name, feed) != null) {
      throw new IllegalArgumentException("two feeds of " + namespace + " are called " + name);
    }
    return this;
  }

  /** As below, of a client that can't be told anything later. */
  String answer(String request) {
    return answer(request, null);
  }

  /** Answers one request text; an empty string when nothing is to be answered. */
  String answer(String request, @Nullable Subscriber subscriber) {
    try {
      JsonNode root = mapper.readTree(request);
      if (!root.isArray()) {
        JsonNode answer = answer(root, subscriber);
        return answer.isNull() ? "" : mapper.writeValueAsString(answer);
      }
      if (root.isEmpty() || root.size() > MAX_BATCH) {
        return mapper.writeValueAsString(
            error(
                NullNode.instance,
                RpcError.INVALID_REQUEST,
                "a batch has 1 to " + MAX_BATCH + " calls, not " + root.size()));
      }
      ArrayNode answers = mapper.createArrayNode();
      for (JsonNode call : root) {
        JsonNode answer = answer(call, subscriber);
        if (!answer.isNull()) {
          answers.add(answer);
        }
      }
      return answers.isEmpty() ? "" : mapper.writeValueAsString(answers);
    } catch (JsonProcessingException e) {
      return error(NullNode.instance, RpcError.PARSE_ERROR, "not JSON: " + e.getOriginalMessage())
          .toString();
    }
  }

  private JsonNode answer(JsonNode call, @Nullable Subscriber subscriber) {
    JsonNode id = call.path("id").isMissingNode() ? NullNode.instance : call.path("id");
    String name = call.path("method").asText("");
    JsonNode params = call.path("params");
    if (!call.isObject() || name.isEmpty()) {
      return error(id, RpcError.INVALID_REQUEST, "a call is an object with a method");
    }
    if (!params.isMissingNode() && !params.isArray()) {
      return error(id, RpcError.INVALID_PARAMS, "params must be an array");
    }
    Method method = method(name, subscriber);
    if (method == null) {
      return error(
          id, RpcError.METHOD_NOT_FOUND, "the method " + name + " does not exist on this node");
    }
    try {
      Object result = method.call(new Params(params.isArray() ? params : mapper.createArrayNode()));
      ObjectNode answer = envelope(id);
      answer.set("result", mapper.valueToTree(result));
      return call.has("id") ? answer : NullNode.instance;
    } catch (RpcError e) {
      return error(id, e.code(), String.valueOf(e.getMessage()));
    } catch (Exception e) {
      log.warn("rpc method={} failed: {}", name, e.toString(), e);
      return error(id, RpcError.INTERNAL_ERROR, name + " failed: " + e.getMessage());
    }
  }

  private @Nullable Method method(String name, @Nullable Subscriber subscriber) {
    Method method = methods.get(name);
    int underscore = name.indexOf('_');
    if (method != null || underscore < 0) {
      return method;
    }
    String namespace = name.substring(0, underscore);
    boolean known = feeds.keySet().stream().anyMatch(each -> each.startsWith(namespace + "/"));
    if (known && name.equals(namespace + "_subscribe")) {
      return params -> subscribe(namespace, params, subscriber);
    }
    if (known && name.equals(namespace + "_unsubscribe")) {
      return params -> subscriber != null && subscriber.unsubscribe(params.text(0));
    }
    return null;
  }

  private String subscribe(String namespace, Params params, @Nullable Subscriber subscriber)
      throws RpcError {
    String name = params.text(0);
    Feed feed = feeds.get(namespace + "/" + name);
    if (feed == null) {
      throw new RpcError(
          RpcError.METHOD_NOT_FOUND, "there is no subscription " + name + " in " + namespace);
    }
    if (subscriber == null) {
      throw new RpcError(
          RpcError.METHOD_NOT_FOUND, "notifications not supported here; use a WebSocket");
    }
    return subscriber.subscribe(namespace, feed, params);
  }

  private ObjectNode error(JsonNode id, int code, String message) {
    ObjectNode answer = envelope(id);
    answer.putObject("error").put("code", code).put("message", message);
    return answer;
  }

  private ObjectNode envelope(JsonNode id) {
    ObjectNode answer = mapper.createObjectNode();
    answer.put("jsonrpc", "2.0");
    answer.set("id", id);
    return answer;
  }
}
