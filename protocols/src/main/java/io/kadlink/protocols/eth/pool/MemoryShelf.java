package io.kadlink.protocols.eth.pool;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.tuweni.bytes.Bytes;

/** A shelf for a node that has no directory. */
final class MemoryShelf implements Shelf {
  private final Map<String, Bytes> content = new ConcurrentHashMap<>();

  @Override
  public void put(String name, Bytes data) {
    content.put(name, data);
  }

  @Override
  public Optional<Bytes> get(String name) {
    return Optional.ofNullable(content.get(name));
  }

  @Override
  public Optional<Bytes> get(String name, long offset, int bytes) {
    return get(name)
        .filter(data -> offset + bytes <= data.size())
        .map(data -> data.slice((int) offset, bytes));
  }

  @Override
  public void remove(String name) {
    content.remove(name);
  }

  @Override
  public List<String> names() {
    return content.keySet().stream().sorted().toList();
  }
}
