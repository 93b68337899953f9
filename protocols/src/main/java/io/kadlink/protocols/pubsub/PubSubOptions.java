package io.kadlink.protocols.pubsub;

import io.kadlink.protocols.pubsub.wire.Limits;
import java.time.Duration;

/**
 * How a router behaves (docs/protocols/pubsub.md §Parameters). Nodes with different options work
 * together.
 *
 * @param degree mesh links per topic a node aims at
 * @param degreeLow with fewer mesh links than this, links are added up to {@code degree}
 * @param degreeHigh with this many, further GRAFTs are turned down; with more, links are cut to
 *     {@code degree}
 * @param degreeOut mesh links kept to peers that we dialed, so that those who dial us can't
 *     surround us
 * @param gossipDegree peers outside the mesh, per topic and heartbeat, that hear which ids we have
 * @param gossipFactor the same as a share of those peers, 0 to 1; the larger number counts
 * @param heartbeat time between two rounds of mesh upkeep and gossip
 * @param fanOutTtl how long after the last publication to a topic without a subscription its peers
 *     are kept
 * @param backoff how long a pruned mesh link must not be grafted again; at most {@link
 *     Limits#MAX_BACKOFF_SECONDS}
 * @param unsubscribeBackoff the same, when it is pruned because we left the topic
 * @param historyWindows heartbeats for which a message can be fetched by id
 * @param gossipWindows heartbeats for which its id is announced
 * @param maxCachedBytes payload bytes kept for those who fetch by id; beyond, the oldest go
 * @param seenTtl how long an id is remembered as seen; at least {@code maxAge + maxAhead}
 * @param maxSeen ids remembered at most; beyond, the oldest are forgotten
 * @param maxAge messages published longer ago than this are dropped
 * @param maxAhead messages that claim to be published later than this from now are dropped
 * @param floodPublish whether own messages go to every subscriber we have a session with, instead
 *     of to the mesh only
 * @param validationTimeout after this long without a verdict a message is ignored
 * @param maxValidations messages that may wait for a verdict at a time; beyond, messages are
 *     dropped
 * @param maxValidationBytes payload bytes that may wait for a verdict; beyond, messages are dropped
 * @param promiseTimeout how long a peer that announced an id may take to supply it; no longer than
 *     {@code historyWindows - gossipWindows} heartbeats, else others have dropped it too
 * @param maxIWantBytes payload bytes one peer can fetch by id in one heartbeat
 * @param maxFaults faults at which a peer is disconnected
 * @param faultDecay time in which one fault is forgotten
 */
public record PubSubOptions(
    int degree,
    int degreeLow,
    int degreeHigh,
    int degreeOut,
    int gossipDegree,
    double gossipFactor,
    Duration heartbeat,
    Duration fanOutTtl,
    Duration backoff,
    Duration unsubscribeBackoff,
    int historyWindows,
    int gossipWindows,
    long maxCachedBytes,
    Duration seenTtl,
    int maxSeen,
    Duration maxAge,
    Duration maxAhead,
    boolean floodPublish,
    Duration validationTimeout,
    int maxValidations,
    long maxValidationBytes,
    Duration promiseTimeout,
    int maxIWantBytes,
    int maxFaults,
    Duration faultDecay) {

  public PubSubOptions {
    require(degreeLow >= 1 && degreeLow <= degree && degree <= degreeHigh, "degrees");
    require(degreeOut >= 0 && degreeOut < degreeLow && degreeOut <= degree / 2, "degreeOut");
    require(gossipDegree >= 0 && gossipFactor >= 0 && gossipFactor <= 1, "gossip degrees");
    require(gossipWindows >= 1 && gossipWindows <= historyWindows, "windows");
    require(seenTtl.compareTo(maxAge.plus(maxAhead)) >= 0, "seenTtl under maxAge + maxAhead");
    require(
        backoff.toSeconds() >= 1 && backoff.toSeconds() <= Limits.MAX_BACKOFF_SECONDS, "backoff");
    require(
        unsubscribeBackoff.toSeconds() >= 1 && unsubscribeBackoff.compareTo(backoff) <= 0,
        "unsubscribeBackoff");
    for (Duration each :
        new Duration[] {
          heartbeat, fanOutTtl, maxAge, validationTimeout, promiseTimeout, faultDecay
        }) {
      require(each.isPositive(), "durations are positive");
    }
    require(maxSeen > 0 && maxValidations > 0 && maxFaults > 0, "counts are positive");
    require(
        Math.min(Math.min(maxCachedBytes, maxValidationBytes), maxIWantBytes)
            >= Limits.MAX_PAYLOAD_BYTES,
        "byte bounds hold at least one payload");
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new IllegalArgumentException("pubsub options don't fit together: " + what);
    }
  }

  /** What most networks want. */
  public static PubSubOptions defaults() {
    return builder().build();
  }

  /** Starts from the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects options; not thread-safe. */
  public static final class Builder {
    private int degree = 6;
    private int degreeLow = 4;
    private int degreeHigh = 12;
    private int degreeOut = 2;
    private int gossipDegree = 6;
    private double gossipFactor = 0.25;
    private Duration heartbeat = Duration.ofSeconds(1);
    private Duration fanOutTtl = Duration.ofMinutes(1);
    private Duration backoff = Duration.ofMinutes(1);
    private Duration unsubscribeBackoff = Duration.ofSeconds(10);
    private int historyWindows = 5;
    private int gossipWindows = 3;
    private long maxCachedBytes = 64L << 20;
    private Duration seenTtl = Duration.ofMinutes(2);
    private int maxSeen = 1 << 17;
    private Duration maxAge = Duration.ofMinutes(1);
    private Duration maxAhead = Duration.ofSeconds(30);
    private boolean floodPublish = true;
    private Duration validationTimeout = Duration.ofSeconds(10);
    private int maxValidations = 1024;
    private long maxValidationBytes = 32L << 20;
    private Duration promiseTimeout = Duration.ofSeconds(2);
    private int maxIWantBytes = 8 << 20;
    private int maxFaults = 20;
    private Duration faultDecay = Duration.ofSeconds(10);

    private Builder() {}

    /** Mesh degrees: aimed at, lower bound, upper bound, and how many of them to dialed peers. */
    public Builder degrees(int degree, int low, int high, int out) {
      this.degree = degree;
      this.degreeLow = low;
      this.degreeHigh = high;
      this.degreeOut = out;
      return this;
    }

    /** How many peers outside the mesh hear of our messages: a number and a share. */
    public Builder gossip(int degree, double factor) {
      this.gossipDegree = degree;
      this.gossipFactor = factor;
      return this;
    }

    /** Heartbeats for which messages can be fetched, and for which they are announced. */
    public Builder windows(int history, int gossip) {
      this.historyWindows = history;
      this.gossipWindows = gossip;
      return this;
    }

    /** Back-off after a prune, and after leaving a topic. */
    public Builder backoffs(Duration pruned, Duration unsubscribed) {
      this.backoff = pruned;
      this.unsubscribeBackoff = unsubscribed;
      return this;
    }

    /** How old a message may be, how far ahead of our clock, and how long it counts as seen. */
    public Builder ages(Duration maxAge, Duration maxAhead, Duration seenTtl) {
      this.maxAge = maxAge;
      this.maxAhead = maxAhead;
      this.seenTtl = seenTtl;
      return this;
    }

    /** How many messages, and payload bytes, may wait for a verdict, and for how long. */
    public Builder validations(int max, long maxBytes, Duration timeout) {
      this.maxValidations = max;
      this.maxValidationBytes = maxBytes;
      this.validationTimeout = timeout;
      return this;
    }

    /** At how many faults a peer goes, and how fast one is forgotten. */
    public Builder faults(int max, Duration decay) {
      this.maxFaults = max;
      this.faultDecay = decay;
      return this;
    }

    /** See {@link PubSubOptions#heartbeat()}. */
    public Builder heartbeat(Duration heartbeat) {
      this.heartbeat = heartbeat;
      return this;
    }

    /** See {@link PubSubOptions#fanOutTtl()}. */
    public Builder fanOutTtl(Duration fanOutTtl) {
      this.fanOutTtl = fanOutTtl;
      return this;
    }

    /** See {@link PubSubOptions#maxCachedBytes()}. */
    public Builder maxCachedBytes(long maxCachedBytes) {
      this.maxCachedBytes = maxCachedBytes;
      return this;
    }

    /** See {@link PubSubOptions#maxSeen()}. */
    public Builder maxSeen(int maxSeen) {
      this.maxSeen = maxSeen;
      return this;
    }

    /** See {@link PubSubOptions#floodPublish()}. */
    public Builder floodPublish(boolean floodPublish) {
      this.floodPublish = floodPublish;
      return this;
    }

    /** See {@link PubSubOptions#promiseTimeout()}. */
    public Builder promiseTimeout(Duration promiseTimeout) {
      this.promiseTimeout = promiseTimeout;
      return this;
    }

    /** See {@link PubSubOptions#maxIWantBytes()}. */
    public Builder maxIWantBytes(int maxIWantBytes) {
      this.maxIWantBytes = maxIWantBytes;
      return this;
    }

    /**
     * The options.
     *
     * @throws IllegalArgumentException when they don't fit together
     */
    public PubSubOptions build() {
      return new PubSubOptions(
          degree,
          degreeLow,
          degreeHigh,
          degreeOut,
          gossipDegree,
          gossipFactor,
          heartbeat,
          fanOutTtl,
          backoff,
          unsubscribeBackoff,
          historyWindows,
          gossipWindows,
          maxCachedBytes,
          seenTtl,
          maxSeen,
          maxAge,
          maxAhead,
          floodPublish,
          validationTimeout,
          maxValidations,
          maxValidationBytes,
          promiseTimeout,
          maxIWantBytes,
          maxFaults,
          faultDecay);
    }
  }
}
