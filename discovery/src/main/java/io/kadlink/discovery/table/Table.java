package io.kadlink.discovery.table;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The nodes we know, by logarithmic distance from the local id. Confined to its event loop.
 *
 * <p>Half of all nodes are at distance 256, a quarter at 255, and so on, so only the last {@value
 * #BUCKETS} distances get a bucket of their own; everything nearer shares the first. A bucket has
 * {@value Bucket#MAX_ENTRIES} entries. A node that finds it full waits among at most {@value
 * Bucket#MAX_REPLACEMENTS} replacements; when an entry dies, a random one of them follows, so that
 * an attacker can't time his entry.
 *
 * <p>A node is <em>proven</em> once it answered from its endpoint. Found nodes enter unproven, are
 * checked soon ({@link Revalidation}), and are told to nobody before that. Nodes that contact us
 * enter only proven.
 */
public final class Table {
  private static final Logger log = LoggerFactory.getLogger(Table.class);

  /** Distances with a bucket of their own, plus the first one, for everything nearer. */
  public static final int BUCKETS = 17;

  private static final int ID_BITS = 256;

  /** Nodes of one /24 (or IPv6 /64) in the whole table, replacements included. */
  public static final int MAX_PER_SUBNET = 10;

  /** Queries in a row that a node may leave unanswered before it goes. */
  public static final int MAX_FAILURES = 5;

  /** A bucket with fewer entries keeps even nodes that fail: a small network has no better ones. */
  private static final int KEEP_FAILING_BELOW = Bucket.MAX_ENTRIES / 4;

  private final NodeId self;
  private final Loop loop;
  private final RandomGenerator random;
  private final AddressRules addresses;
  private final TableListener listener;
  private final Revalidation revalidation;
  private final List<Bucket> buckets = new ArrayList<>(BUCKETS);
  private final Places places;
  private int provenCount;

  /**
   * An empty table.
   *
   * @param self the local id, from which distances are measured; it never enters
   * @param random decides about the order and times of checks, and which replacement follows
   * @param addresses which addresses may enter, and whether limits count for private networks
   * @param livenessCheck pings a node
   * @param listener told of what changes, within the change
   */
  public Table(
      NodeId self,
      Loop loop,
      RandomGenerator random,
      AddressRules addresses,
      LivenessCheck livenessCheck,
      TableListener listener) {
    this.self = self;
    this.loop = loop;
    this.random = random;
    this.addresses = addresses;
    this.places = new Places(addresses, MAX_PER_SUBNET);
    this.listener = listener;
    this.revalidation = new Revalidation(loop, random, livenessCheck, this::checked);
    for (int i = 0; i < BUCKETS; i++) {
      buckets.add(new Bucket());
    }
  }

  /** A node that another told of, or a bootnode: it has to prove itself yet. */
  public void addFound(Contact contact) {
    loop.assertInLoop();
    if (!concerns(contact)) {
      return;
    }
    Bucket bucket = bucketOf(contact.id());
    Entry entry = bucket.find(contact.id());
    if (entry == null) {
      insert(bucket, contact, false);
    } else if (!entry.proven) {
      contact.record().ifPresent(newer -> takeRecord(entry, newer));
    }
  }

  /** A node that just answered us from {@code contact.udp()}: it enters, or moves there. */
  public void addProven(Contact contact) {
    loop.assertInLoop();
    if (!concerns(contact)) {
      return;
    }
    Bucket bucket = bucketOf(contact.id());
    Entry entry = bucket.find(contact.id());
    if (entry == null) {
      insert(bucket, contact, true);
    } else if (entry.contact.udp().equals(contact.udp())) {
      update(entry, contact);
      prove(entry);
    } else if (places.move(bucket, entry.contact.address(), contact.address())) {
      update(entry, contact);
      proveAnew(entry);
    }
  }

  private void update(Entry entry, Contact answered) {
    entry.contact =
        new Contact(
            answered.publicKey(), answered.udp(), answered.tcpPort(), entry.contact.record());
    entry.failures = 0;
    answered.record().ifPresent(newer -> takeRecord(entry, newer));
  }

  /** A newer record of a node in the table. */
  public void updateRecord(NodeRecord record) {
    loop.assertInLoop();
    Bucket bucket = bucketOf(record.id());
    Entry entry = bucket.find(record.id());
    if (entry != null) {
      takeRecord(entry, record);
    }
  }

  /** A node in the table answered a lookup query. */
  public void answered(NodeId id) {
    loop.assertInLoop();
    Entry entry = bucketOf(id).find(id);
    if (entry != null) {
      entry.failures = 0;
    }
  }

  /** A node left a lookup query unanswered. */
  public void failed(NodeId id) {
    loop.assertInLoop();
    Bucket bucket = bucketOf(id);
    Entry entry = bucket.find(id);
    if (entry == null) {
      return;
    }
    entry.failures++;
    if (entry.failures >= MAX_FAILURES && bucket.entries.size() >= KEEP_FAILING_BELOW) {
      remove(bucket, entry);
    }
  }

  /** Up to {@code max} proven nodes nearest to {@code target}, nearest first. */
  public List<Contact> closestProven(NodeId target, int max) {
    return closest(target, max, true);
  }

  /** Up to {@code max} nodes nearest to {@code target}, proven or not, nearest first. */
  public List<Contact> closest(NodeId target, int max) {
    return closest(target, max, false);
  }

  /** The node of this id as the table has it, proven or not; replacements are not found. */
  public Optional<Contact> find(NodeId id) {
    loop.assertInLoop();
    Entry entry = bucketOf(id).find(id);
    return entry == null ? Optional.empty() : Optional.of(entry.contact);
  }

  /** Whether it has this node, but at another endpoint. */
  public boolean hasElsewhere(Contact contact) {
    loop.assertInLoop();
    Entry entry = bucketOf(contact.id()).find(contact.id());
    return entry != null && !entry.contact.udp().equals(contact.udp());
  }

  /** Whether a node of this id is in the table and answered from its endpoint. */
  public boolean isProven(NodeId id) {
    loop.assertInLoop();
    Entry entry = bucketOf(id).find(id);
    return entry != null && entry.proven;
  }

  /** All proven nodes, nearest buckets first. */
  public List<Contact> proven() {
    loop.assertInLoop();
    List<Contact> result = new ArrayList<>(provenCount);
    for (Bucket bucket : buckets) {
      for (Entry entry : bucket.entries) {
        if (entry.proven) {
          result.add(entry.contact);
        }
      }
    }
    return result;
  }

  /** The proven nodes at a logarithmic distance from the local id, 1 to 256. */
  public List<Contact> provenAt(int distance) {
    loop.assertInLoop();
    List<Contact> result = new ArrayList<>();
    for (Entry entry : bucketAt(distance).entries) {
      if (entry.proven && self.logDistance(entry.contact.id()) == distance) {
        result.add(entry.contact);
      }
    }
    return result;
  }

  /** How many nodes are proven. */
  public int provenCount() {
    loop.assertInLoop();
    return provenCount;
  }

  /** Everything in the table, for tools: nearest buckets first, replacements after entries. */
  public List<TableRow> snapshot() {
    loop.assertInLoop();
    List<TableRow> rows = new ArrayList<>();
    for (int i = 0; i < BUCKETS; i++) {
      Bucket bucket = buckets.get(i);
      for (Entry entry : bucket.entries) {
        rows.add(new TableRow(i, entry.contact, entry.proven, false, entry.checks, entry.added));
      }
      for (Replacement replacement : bucket.replacements) {
        rows.add(new TableRow(i, replacement.contact(), false, true, 0, replacement.added()));
      }
    }
    return rows;
  }

  /** Ends liveness checks. */
  public void close() {
    loop.assertInLoop();
    revalidation.close();
  }

  /** Whether the node may be asked and kept at all. */
  public boolean concerns(Contact contact) {
    return !contact.id().equals(self) && addresses.allowed().test(contact.address());
  }

  /** Verdict of a liveness check that {@link Revalidation} started. */
  private void checked(Entry entry, boolean answered) {
    Bucket bucket = bucketOf(entry.contact.id());
    if (bucket.find(entry.contact.id()) != entry) {
      return; // left the table meanwhile
    }
    if (answered) {
      entry.checks++;
      prove(entry);
      return;
    }
    entry.checks /= 3;
    if (entry.checks == 0) {
      remove(bucket, entry);
    } else {
      log.debug("{} missed a liveness check, credit {}", entry.contact, entry.checks);
      revalidation.suspect(entry);
    }
  }

  private void prove(Entry entry) {
    entry.checks = Math.max(entry.checks, 1);
    revalidation.trust(entry);
    if (!entry.proven) {
      announce(entry);
    }
  }

  /** A node that moved: the credit it earned elsewhere is gone, and it is soon asked again. */
  private void proveAnew(Entry entry) {
    entry.checks = 1;
    revalidation.suspect(entry);
    announce(entry);
  }

  private void announce(Entry entry) {
    if (!entry.proven) {
      entry.proven = true;
      provenCount++;
    }
    log.debug("{} is alive, {} proven nodes", entry.contact, provenCount);
    listener.proven(entry.contact);
  }

  private void insert(Bucket bucket, Contact contact, boolean proven) {
    if (bucket.isFull()) {
      addReplacement(bucket, contact);
      return;
    }
    Replacement waiting = bucket.findReplacement(contact.id());
    if (waiting != null) {
      bucket.replacements.remove(waiting);
      places.release(bucket, waiting.contact().address());
    }
    if (!places.claim(bucket, contact.address())) {
      return;
    }
    Entry entry = new Entry(contact, loop.now());
    bucket.entries.add(entry);
    revalidation.watch(entry);
    if (proven) {
      prove(entry);
    }
  }

  private void addReplacement(Bucket bucket, Contact contact) {
    if (bucket.findReplacement(contact.id()) != null || !places.claim(bucket, contact.address())) {
      return;
    }
    bucket.replacements.addFirst(new Replacement(contact, loop.now()));
    if (bucket.replacements.size() > Bucket.MAX_REPLACEMENTS) {
      places.release(bucket, bucket.replacements.removeLast().contact().address());
    }
  }

  private void remove(Bucket bucket, Entry entry) {
    bucket.entries.remove(entry);
    places.release(bucket, entry.contact.address());
    revalidation.forget(entry);
    if (entry.proven) {
      provenCount--;
    }
    listener.removed(entry.contact);
    Replacement next = randomReplacement(bucket);
    log.debug("{} left the table, replaced by {}", entry.contact, next);
    if (next != null) {
      places.release(bucket, next.contact().address());
      insert(bucket, next.contact(), false);
    }
  }

  private @Nullable Replacement randomReplacement(Bucket bucket) {
    if (bucket.replacements.isEmpty()) {
      return null;
    }
    List<Replacement> all = List.copyOf(bucket.replacements);
    Replacement chosen = all.get(random.nextInt(all.size()));
    bucket.replacements.remove(chosen);
    return chosen;
  }

  private void takeRecord(Entry entry, NodeRecord newer) {
    Contact contact = entry.contact;
    if (contact.record().isEmpty() || Long.compareUnsigned(newer.seq(), contact.seq()) > 0) {
      entry.contact = contact.withRecord(newer);
      if (entry.proven) {
        listener.updated(contact, entry.contact);
      }
    }
  }

  private List<Contact> closest(NodeId target, int max, boolean onlyProven) {
    loop.assertInLoop();
    Closest closest = new Closest(target, max);
    for (Bucket bucket : buckets) {
      for (Entry entry : bucket.entries) {
        if (entry.proven || !onlyProven) {
          closest.offer(entry.contact);
        }
      }
    }
    return closest.list();
  }

  private Bucket bucketOf(NodeId id) {
    return bucketAt(self.logDistance(id));
  }

  private Bucket bucketAt(int distance) {
    return buckets.get(Math.max(0, distance - (ID_BITS - BUCKETS) - 1));
  }
}
